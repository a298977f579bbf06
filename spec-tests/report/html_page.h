// The parts of the HTML report that do not depend on results: style and behaviour.
#pragma once

#include <string_view>

namespace invar::spec {

inline constexpr std::string_view html_style = R"css(
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --line: #dddcd8; --text: #1d1d1b; --soft: #63625d; --accent: #2459b3;
  --good: #176a38; --good-back: #e2f3e6; --bad: #a61b1b; --bad-back: #fbe3e1; --known: #7a5200; --known-back: #fbefd2;
  --none-back: #f1f0ed;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #161718; --card: #1e2022; --line: #383b3e; --text: #e7e6e3; --soft: #a5a49f; --accent: #8ab4f8;
    --good: #7fd49a; --good-back: #173321; --bad: #ff9c94; --bad-back: #451d1b; --known: #f0c674; --known-back: #3b2f14;
    --none-back: #26282a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
p { margin: .25rem 0; }
code, pre, kbd, .mono { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
kbd { border: 1px solid var(--line); border-radius: 4px; padding: 0 .35em; background: var(--card); }
.soft { color: var(--soft); }
.verdict { display: inline-block; font-weight: 600; padding: .1rem .65rem; border-radius: 999px; }
.good { color: var(--good); background: var(--good-back); }
.bad { color: var(--bad); background: var(--bad-back); }
.known { color: var(--known); background: var(--known-back); }
.none { color: var(--soft); background: var(--none-back); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); gap: .75rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .85rem 1rem; }
.card h3 { margin: 0 0 .35rem; font-size: 1rem; }
.card dl { display: grid; grid-template-columns: auto 1fr; gap: 0 .75rem; margin: 0; }
.card dt { color: var(--soft); }
.card dd { margin: 0; white-space: nowrap; text-align: right; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .75rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
tr:last-child > * { border-bottom: 0; }
thead th { color: var(--soft); font-weight: 600; font-size: .85rem; }
th:first-child { text-align: left; font-weight: 400; }
tbody tr:hover th, tbody tr:focus-within th { text-decoration: underline; }
td { font-variant-numeric: tabular-nums; }
tfoot th, tfoot td { font-weight: 600; border-top: 2px solid var(--line); }
a, .link { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
details { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: .5rem 0; }
summary { cursor: pointer; padding: .45rem .85rem; overflow-wrap: anywhere; }
details > :not(summary) { margin: 0 .85rem .75rem; }
details table { width: auto; min-width: 50%; }
.tools { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; align-items: center;
  background: var(--page); padding: .5rem 0; }
input[type=search] { flex: 1 1 18rem; font: inherit; padding: .4rem .7rem; border: 1px solid var(--line);
  border-radius: 8px; background: var(--card); color: var(--text); }
button { font: inherit; font-size: .85rem; padding: .15rem .6rem; border: 1px solid var(--line); border-radius: 6px;
  background: var(--page); color: var(--text); cursor: pointer; }
.pair { display: grid; grid-template-columns: 6rem 1fr; gap: .15rem .75rem; }
.pair > :nth-child(odd) { color: var(--soft); }
.pair pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.command { display: flex; gap: .6rem; align-items: start; }
.command pre { flex: 1; }
[hidden] { display: none !important; }
@media print { .tools, button { display: none; } }
)css";

inline constexpr std::string_view html_script = R"js(
'use strict';
const filter = document.getElementById('filter');
const known = document.getElementById('known');
const shown = document.getElementById('shown');
const failures = [...document.querySelectorAll('.failure')];
function update() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const each of failures) {
    const text = each.dataset.search;
    const fits = (known.checked || !each.dataset.known) && words.every(word => text.includes(word));
    each.hidden = !fits;
    if (fits) ++count;
  }
  shown.textContent = count + ' of ' + failures.length + ' shown';
}
function visible() { return failures.filter(each => !each.hidden); }
function step(by) {
  const list = visible();
  if (!list.length) return;
  const at = list.indexOf(document.activeElement && document.activeElement.closest('.failure'));
  const next = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : (at + by + list.length) % list.length];
  next.querySelector('summary').focus();
  next.scrollIntoView({block: 'nearest'});
}
if (filter) {
  filter.addEventListener('input', update);
  known.addEventListener('change', update);
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && document.activeElement === filter) { filter.value = ''; update(); filter.blur(); return; }
    if (event.target.matches('input[type=search]')) return;
    if (event.key === '/') { filter.focus(); event.preventDefault(); }
    else if (event.key === 'j') step(1);
    else if (event.key === 'k') step(-1);
    else if (event.key === 'e') { known.checked = !known.checked; update(); }
  });
  update();
}
document.addEventListener('click', event => {
  const copy = event.target.closest('button.copy');
  if (copy) {
    const text = copy.parentElement.querySelector('pre').textContent;
    const done = () => { copy.textContent = 'copied'; setTimeout(() => { copy.textContent = 'copy'; }, 1500); };
    if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(done);
    else {
      const range = document.createRange();
      range.selectNodeContents(copy.parentElement.querySelector('pre'));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      if (document.execCommand('copy')) done();
    }
  }
  const link = event.target.closest('a[href^="#dir-"]');
  if (link) {
    const target = document.getElementById(link.getAttribute('href').slice(1));
    if (target) { target.open = true; target.querySelector('summary').focus(); }
  }
});
)js";

}  // namespace invar::spec

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "spec-tests/report/compare.h"
#include "spec-tests/report/formats.h"
#include "spec-tests/report/html_page.h"
#include "spec-tests/report/markup.h"
#include "spec-tests/report/summary.h"

namespace invar::spec {

namespace {

/// 12345 -> "12,345"
std::string grouped(u64 number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

/// What a cell of the matrix says, and in which colour. The sign says the same without colour.
std::string cell(const Row& row) {
  if (row.scripts == 0) return "<td class=\"none\">not run</td>";
  const std::string title = fmt::format("{} of {} assertions hold in {} scripts; {} commands fail, {} are expected to",
                                        row.passed, row.assertions, row.scripts, row.failed, row.expected);
  if (row.failed != 0) {
    return fmt::format("<td class=\"bad\" title=\"{}\">✗ {} failed</td>", title, grouped(row.failed));
  }
  if (row.expected != 0) {
    return fmt::format("<td class=\"known\" title=\"{}\">○ {} · {} expected</td>", title, grouped(row.passed),
                       grouped(row.expected));
  }
  return fmt::format("<td class=\"good\" title=\"{}\">✓ {}</td>", title, grouped(row.passed));
}

/// A command that fails, in whichever configurations.
struct FailureGroup {
  const ScriptReport* script = nullptr;
  std::vector<std::pair<const RunReport*, const CommandFailure*>> in;
};

class Page {
 public:
  explicit Page(const Report& report) : report_(report) {
    for (const RunReport& run : report.runs) {
      for (const ScriptReport& script : run.scripts) collect(run, script);
    }
  }

  std::string text() {
    append(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>WebAssembly conformance: {} passed, {} failed</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n",
        report_.passed(), report_.failed(), html_style);
    head();
    cards();
    matrix();
    differences();
    failures();
    scripts();
    append("</main>\n<script>{}</script>\n</body>\n</html>\n", html_script);
    return std::move(out_);
  }

 private:
  template <class... T>
  void append(fmt::format_string<T...> format, T&&... arguments) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<T>(arguments)...);
  }

  void collect(const RunReport& run, const ScriptReport& script) {
    directories_[script.directory][&run].add(script);
    names_[script.directory].emplace(script.name, std::map<const RunReport*, const ScriptReport*>{});
    names_[script.directory][script.name][&run] = &script;
    for (const CommandFailure& failure : script.result.failures) {
      FailureGroup& group = failures_[{script.name, failure.position.line, failure.id}];
      if (group.script == nullptr) group.script = &script;
      group.in.emplace_back(&run, &failure);
    }
  }

  void head() {
    const u64 failed = report_.failed();
    u64 expected = 0;
    for (const RunReport& run : report_.runs) expected += run.expected();
    append(
        "<h1>WebAssembly conformance</h1>\n<p><span class=\"verdict {}\">{}</span> "
        "{} assertions hold, {} commands fail, {} more are expected to fail.</p>\n",
        failed == 0 ? "good" : "bad", failed == 0 ? "✓ all as expected" : "✗ deviations", grouped(report_.passed()),
        grouped(failed), grouped(expected));
  }

  void cards() {
    append("<h2>Configurations</h2>\n<div class=\"cards\">\n");
    for (const RunReport& run : report_.runs) {
      Row all;
      u64 messages = 0, mismatches = 0;
      double seconds = 0;
      for (const ScriptReport& script : run.scripts) {
        all.add(script);
        messages += script.result.messages;
        mismatches += script.result.mismatches.size();
        seconds += script.seconds;
      }
      append(
          "<section class=\"card\"><h3><span class=\"mono\">{}</span>{}</h3><dl>"
          "<dt>scripts</dt><dd>{}</dd><dt>assertions that hold</dt><dd>{} of {}</dd>"
          "<dt>failures</dt><dd>{}</dd><dt>expected failures</dt><dd>{}</dd>"
          "<dt>messages as in the suite</dt><dd>{} of {}</dd><dt>time</dt><dd>{:.2f} s</dd>"
          "<dt>digest</dt><dd class=\"mono\">{:016x}</dd></dl></section>\n",
          escape(run.configuration.name()), run.shard.empty() ? "" : ", part " + escape(run.shard),
          grouped(all.scripts), grouped(all.passed), grouped(all.assertions), grouped(all.failed),
          grouped(all.expected), grouped(messages - mismatches), grouped(messages), seconds, run.digest());
    }
    append("</div>\n");
  }

  void table_head(std::string_view first) {
    append("<thead><tr><th scope=\"col\">{}</th>", first);
    for (const RunReport& run : report_.runs) {
      append("<th scope=\"col\">{}</th>", escape(run.configuration.name()));
    }
    append("</tr></thead>\n");
  }

  void matrix() {
    append("<h2>Matrix</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Matrix\"><table>\n");
    table_head("directory");
    append("<tbody>\n");
    std::map<const RunReport*, Row> totals;
    for (const auto& [directory, rows] : directories_) {
      append("<tr><th scope=\"row\"><a href=\"#dir-{0}\">{0}</a></th>", escape(directory));
      for (const RunReport& run : report_.runs) {
        const auto row = rows.find(&run);
        append("{}", cell(row == rows.end() ? Row{} : row->second));
      }
      append("</tr>\n");
    }
    append("</tbody>\n<tfoot><tr><th scope=\"row\">all</th>");
    for (const RunReport& run : report_.runs) {
      Row all;
      for (const ScriptReport& script : run.scripts) all.add(script);
      append("{}", cell(all));
    }
    append("</tr></tfoot>\n</table></div>\n");
  }

  void differences() {
    if (report_.runs.size() < 2) return;
    append("<h2>Do the configurations agree?</h2>\n");
    const std::vector<Difference> differences = compare(report_);
    if (differences.empty()) {
      append(
          "<p><span class=\"verdict good\">✓ yes</span> Every command of every script came to the same, and left the "
          "same globals, memories and tables.</p>\n");
      return;
    }
    append("<p><span class=\"verdict bad\">✗ no</span> The first command that differs, for each script:</p>\n<ul>\n");
    for (const Difference& difference : differences) {
      append("<li><code>{}</code>: <code>{}</code> and <code>{}</code>: {}</li>\n", escape(difference.script),
             escape(difference.a), escape(difference.b), escape(difference.what));
    }
    append("</ul>\n");
  }

  void scripts() {
    append("<h2>Scripts</h2>\n");
    for (const auto& [directory, scripts] : names_) {
      append(
          "<details id=\"dir-{0}\"><summary><span class=\"mono\">{0}</span> "
          "<span class=\"soft\">{1} script{2}</span></summary>\n<div class=\"scroll\" tabindex=\"0\"><table>\n",
          escape(directory), scripts.size(), scripts.size() == 1 ? "" : "s");
      table_head("script");
      append("<tbody>\n");
      for (const auto& [name, by_run] : scripts) {
        const size_t slash = name.rfind('/');
        append("<tr><th scope=\"row\">{}</th>", escape(slash == std::string::npos ? name : name.substr(slash + 1)));
        for (const RunReport& run : report_.runs) {
          Row row;
          if (const auto found = by_run.find(&run); found != by_run.end()) row.add(*found->second);
          append("{}", cell(row));
        }
        append("</tr>\n");
      }
      append("</tbody></table></div></details>\n");
    }
  }

  void complaints() {
    for (const RunReport& run : report_.runs) {
      for (const ScriptReport& script : run.scripts) {
        std::vector<std::string> lines = script.complaints;
        if (!script.result.error.empty()) lines.push_back("cannot be run to its end: " + script.result.error);
        for (const std::string& line : lines) {
          append("<p><span class=\"verdict bad\">✗</span> <code>{}</code> in <code>{}</code>: {}</p>\n",
                 escape(script.name), escape(run.configuration.name()), escape(line));
        }
      }
    }
  }

  void failures() {
    append("<h2>Failures</h2>\n");
    complaints();
    if (failures_.empty()) {
      append("<p>No command fails.</p>\n");
      return;
    }
    append(
        "<div class=\"tools\"><input type=\"search\" id=\"filter\" placeholder=\"Filter: words of path, command, id, "
        "reason\" aria-label=\"Filter failures\"><label><input type=\"checkbox\" id=\"known\"> expected failures "
        "too</label><span id=\"shown\" class=\"soft\" role=\"status\"></span></div>\n"
        "<p class=\"soft\">Keys: <kbd>/</kbd> filter, <kbd>j</kbd> <kbd>k</kbd> next and previous, <kbd>Enter</kbd> "
        "opens, <kbd>e</kbd> expected failures, <kbd>Esc</kbd> clears the filter.</p>\n");
    for (const auto& [key, group] : failures_) failure(group);
  }

  void failure(const FailureGroup& group) {
    const CommandFailure& first = *group.in.front().second;
    const ScriptReport& script = *group.script;
    const bool known = std::ranges::none_of(group.in, [](const auto& each) { return each.second->excuse.empty(); });
    std::string search =
        fmt::format("{} {} {} {}", script.result.path, info(first.kind).keyword, first.id, first.excuse);
    for (const auto& [run, failure] : group.in) search += " " + run->configuration.name();
    append(
        "<details class=\"failure\"{} data-search=\"{}\"><summary><span class=\"verdict {}\">{}</span> "
        "<span class=\"mono\">{}:{}</span> {} <span class=\"soft mono\">#{}</span></summary>\n",
        known ? " data-known=\"1\"" : "", escape(lower(search)), known ? "known" : "bad", known ? "○" : "✗",
        escape(script.name), first.position.line, info(first.kind).keyword, first.id);
    append("<div class=\"pair\"><span>where</span><pre>{}:{}:{}</pre>", escape(script.result.path), first.position.line,
           first.position.column);
    if (!first.excuse.empty()) append("<span>reason</span><pre>{}</pre>", escape(first.excuse));
    append("<span>expected</span><pre>{}</pre>", escape(first.expected));
    for (size_t i = 0; i < group.in.size();) {
      // Configurations with the same outcome stand together.
      const std::string& got = group.in[i].second->got;
      std::string names = group.in[i].first->configuration.name();
      const size_t begin = i++;
      for (; i < group.in.size() && group.in[i].second->got == got; ++i) {
        names += ", " + group.in[i].first->configuration.name();
      }
      append("<span>got</span><pre>{}</pre><span></span><span class=\"soft\">{}</span>", escape(got), escape(names));
      append(
          "<span>reproduce</span><div class=\"command\"><pre>{}</pre><button type=\"button\" "
          "class=\"copy\">copy</button></div>",
          escape(reproduction(group.in[begin].first->configuration, script, *group.in[begin].second)));
    }
    append("</div></details>\n");
  }

  const Report& report_;
  std::string out_;
  std::map<std::string, std::map<const RunReport*, Row>> directories_;
  std::map<std::string, std::map<std::string, std::map<const RunReport*, const ScriptReport*>>> names_;
  std::map<std::tuple<std::string, u32, std::string>, FailureGroup> failures_;
};

}  // namespace

std::string to_html(const Report& report) { return Page{report}.text(); }

}  // namespace invar::spec

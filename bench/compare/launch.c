// Runs a command and reports what it used:
//
//   launch REPORT TIMEOUT COMMAND ARGUMENT...
//
// writes "status cpu-seconds wall-seconds peak-kilobytes" to the file REPORT; status is the exit code, or 1000 plus the
// signal that ended the command, or 2000 when it was stopped after TIMEOUT seconds. CPU time covers all threads of the
// command and the children it waited for. The command is a process group of its own, so that its children end with it.
//
// A process this small has to do it: Linux counts the memory of the process that calls exec towards the peak of the new
// program, so a Python script as parent would give every engine a peak of at least Python's own.

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t child;
static volatile sig_atomic_t timed_out;

static void on_alarm(int signal_number) {
  (void)signal_number;
  timed_out = 1;
  kill(-child, SIGKILL);
}

static void on_interrupt(int signal_number) {
  (void)signal_number;
  kill(-child, SIGKILL);
  _exit(130);
}

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec * 1e-6; }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char** argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: launch REPORT TIMEOUT COMMAND ARGUMENT...\n");
    return 2;
  }
  double start = now();
  pid_t pid = fork();
  if (pid < 0) {
    fprintf(stderr, "launch: cannot fork: %s\n", strerror(errno));
    return 2;
  }
  if (pid == 0) {
    setpgid(0, 0);
    execvp(argv[3], argv + 3);
    fprintf(stderr, "launch: %s: %s\n", argv[3], strerror(errno));
    _exit(127);
  }
  setpgid(pid, pid);  // whichever of the two comes first
  child = pid;
  signal(SIGALRM, on_alarm);
  signal(SIGINT, on_interrupt);
  signal(SIGTERM, on_interrupt);
  alarm((unsigned)atoi(argv[2]));

  int status;
  struct rusage usage;
  while (wait4(pid, &status, 0, &usage) < 0) {
    if (errno != EINTR) {
      fprintf(stderr, "launch: cannot wait: %s\n", strerror(errno));
      return 2;
    }
  }
  double wall = now() - start;
  alarm(0);

  int code = timed_out ? 2000 : WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  FILE* report = fopen(argv[1], "w");
  if (report == NULL) {
    fprintf(stderr, "launch: %s: %s\n", argv[1], strerror(errno));
    return 2;
  }
  fprintf(report, "%d %.6f %.6f %ld\n", code, seconds(usage.ru_utime) + seconds(usage.ru_stime), wall, usage.ru_maxrss);
  return fclose(report) == 0 ? 0 : 2;
}

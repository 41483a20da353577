// measure -o RESULT [-1 FIFO] COMMAND...
//
// Runs a command and writes what it and everything that it started used. Processes whose parent
// ended first count too: they become this one's children.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static double seconds(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

static void child(const char *fifo, char **command) {
  if (fifo) {
    int fd = open(fifo, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || dup2(fd, 1) < 0) {
      fprintf(stderr, "measure: %s: %s\n", fifo, strerror(errno));
      _exit(126);
    }
  }
  execvp(command[0], command);
  fprintf(stderr, "measure: %s: %s\n", command[0], strerror(errno));
  _exit(127);
}

int main(int argc, char **argv) {
  const char *result = NULL, *fifo = NULL;
  int option;
  while ((option = getopt(argc, argv, "+o:1:")) != -1) {
    if (option == 'o') result = optarg;
    else if (option == '1') fifo = optarg;
    else return 2;
  }
  if (!result || optind == argc) {
    fprintf(stderr, "usage: measure -o RESULT [-1 FIFO] COMMAND...\n");
    return 2;
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  long long start = now();
  pid_t pid = fork();
  if (pid < 0) {
    perror("measure: fork");
    return 1;
  }
  if (pid == 0) child(fifo, argv + optind);
  int status, code = 1;
  pid_t ended;
  while ((ended = wait(&status)) > 0 || (ended < 0 && errno == EINTR)) {
    if (ended == pid) code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  long long end = now();
  struct rusage used;
  getrusage(RUSAGE_CHILDREN, &used);
  FILE *out = fopen(result, "w");
  if (!out) {
    perror(result);
    return 1;
  }
  fprintf(out, "code %d\nstart-ns %lld\nend-ns %lld\nuser-s %.6f\nsystem-s %.6f\npeak-kib %ld\n", code,
          start, end, seconds(used.ru_utime), seconds(used.ru_stime), used.ru_maxrss);
  return fclose(out) == 0 ? 0 : 1;
}

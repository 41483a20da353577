// reader [-s] FIFO       reads a FIFO, which may be made later, to its end
// reader [-s] -f DIR     reads all files below a directory, in the order of their names
//
// Prints how many bytes came and when the first and the end were seen; -s also sums them up.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 20 };

static uint8_t *buffer;
static size_t pending;  // bytes in the buffer that the sum doesn't hold yet
static int summing;
static uint64_t sum;
static long long bytes, first;
static char **files;
static size_t count;

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void die(const char *what) {
  fprintf(stderr, "reader: %s: %s\n", what, strerror(errno));
  exit(1);
}

// The same as Checksum.java: words of 8 bytes, little-endian, the last one filled up with zeros.
static void add(size_t length) {
  for (size_t i = 0; i < length; i += 8) {
    uint64_t word;
    memcpy(&word, buffer + i, 8);
    sum = ((sum << 5 | sum >> 59) ^ word) * 0x9E3779B97F4A7C15ULL;
  }
}

static void drain(int fd, const char *name) {
  for (;;) {
    ssize_t n = read(fd, buffer + pending, BUFFER - pending);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) die(name);
    if (n == 0) return;
    if (bytes == 0) first = now();
    bytes += n;
    if (summing) {
      pending += n;
      size_t whole = pending & ~(size_t)7;
      add(whole);
      memmove(buffer, buffer + whole, pending - whole);
      pending -= whole;
    }
  }
}

static int each(const char *path, const struct stat *st, int kind) {
  (void)st;
  if (kind == FTW_F) {
    files = realloc(files, (count + 1) * sizeof *files);
    if (!files || !(files[count++] = strdup(path))) die("memory");
  }
  return 0;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_files(const char *directory) {
  if (ftw(directory, each, 32) != 0) die(directory);
  qsort(files, count, sizeof *files, by_name);
  for (size_t i = 0; i < count; i++) {
    int fd = open(files[i], O_RDONLY);
    if (fd < 0) die(files[i]);
    drain(fd, files[i]);
    close(fd);
  }
}

static void read_fifo(const char *fifo) {
  struct timespec pause = {0, 1000000};
  int fd;
  while ((fd = open(fifo, O_RDONLY)) < 0) {
    if (errno != ENOENT && errno != EINTR) die(fifo);
    nanosleep(&pause, NULL);
  }
  if (fcntl(fd, F_SETPIPE_SZ, BUFFER) < 0) die("a pipe of 1 MiB");
  drain(fd, fifo);
}

int main(int argc, char **argv) {
  const char *directory = NULL;
  int option;
  while ((option = getopt(argc, argv, "sf:")) != -1) {
    if (option == 's') summing = 1;
    else if (option == 'f') directory = optarg;
    else return 2;
  }
  buffer = aligned_alloc(4096, BUFFER);
  if (!buffer) die("memory");
  if (directory) read_files(directory);
  else if (optind < argc) read_fifo(argv[optind]);
  else return 2;
  if (pending) {
    memset(buffer + pending, 0, 8 - pending);
    add(8);
  }
  printf("bytes %lld\nfirst-ns %lld\nend-ns %lld\n", bytes, first, now());
  if (summing) printf("sum %016llx\n", (unsigned long long)sum);
  return 0;
}

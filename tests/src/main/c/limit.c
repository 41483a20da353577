// limit copy PORT PATH COUNT SIZE
//   one connection reads the objects PATH000000, PATH000001, ... and copies them to stdout
// limit discard PORT PATH COUNT SIZE CONNECTIONS
//   so many connections read them at once, in ranges of 8 MiB and no order, and drop the bytes;
//   prints how many came, and when the first and the last one did
//
// Plain HTTP to 127.0.0.1. What a client could reach if it had nothing else to do.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 20 };
static const long long RANGE = 8LL << 20;

static int port;
static const char *path;
static long long objects, size;
static atomic_llong next_piece, received, first;

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void die(const char *what) {
  fprintf(stderr, "limit: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int connection(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static void write_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, bytes, length);
    if (n < 0) die("write");
    bytes += n;
    length -= n;
  }
}

// Reads bytes [from, from + length) of an object; out < 0 drops them.
static void get(int fd, long long object, long long from, long long length, char *buffer, int out) {
  char request[1024];
  int n = snprintf(request, sizeof request,
                   "GET %s%06lld HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=%lld-%lld\r\n"
                   "Authorization: AWS4-HMAC-SHA256 Credential=limit\r\n\r\n",
                   path, object, from, from + length - 1);
  write_all(fd, request, n);
  size_t have = 0;
  char *body;
  do {
    ssize_t got = read(fd, buffer + have, BUFFER - 1 - have);
    if (got <= 0) die("head");
    have += got;
    buffer[have] = 0;
  } while (!(body = strstr(buffer, "\r\n\r\n")));
  if (strncmp(buffer, "HTTP/1.1 206", 12) != 0) {
    fprintf(stderr, "limit: %s%06lld: %.12s\n", path, object, buffer);
    exit(1);
  }
  body += 4;
  long long rest = length;
  ssize_t got = buffer + have - body;
  for (;;) {
    if (got > 0) {
      long long none = 0;
      if (!first) atomic_compare_exchange_strong(&first, &none, now());
      if (out >= 0) write_all(out, body, got);
      rest -= got;
    }
    if (rest == 0) return;
    body = buffer;
    got = read(fd, buffer, rest < BUFFER ? rest : BUFFER);
    if (got <= 0) die("body");
  }
}

static void *discard(void *unused) {
  char *buffer = malloc(BUFFER);
  if (!buffer) die("memory");
  int fd = connection();
  long long each = (size + RANGE - 1) / RANGE, piece;
  while ((piece = next_piece++) < objects * each) {
    long long from = piece % each * RANGE;
    long long length = size - from < RANGE ? size - from : RANGE;
    get(fd, piece / each, from, length, buffer, -1);
    received += length;
  }
  return unused;
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "usage: limit copy|discard PORT PATH COUNT SIZE [CONNECTIONS]\n");
    return 2;
  }
  port = atoi(argv[2]);
  path = argv[3];
  objects = atoll(argv[4]);
  size = atoll(argv[5]);
  if (strcmp(argv[1], "copy") == 0) {
    char *buffer = malloc(BUFFER);
    if (!buffer) die("memory");
    int fd = connection();
    for (long long i = 0; i < objects; i++) get(fd, i, 0, size, buffer, 1);
    return 0;
  }
  int connections = argc > 6 ? atoi(argv[6]) : 1;
  pthread_t threads[connections];
  for (int i = 0; i < connections; i++) {
    if (pthread_create(&threads[i], NULL, discard, NULL) != 0) die("thread");
  }
  for (int i = 0; i < connections; i++) pthread_join(threads[i], NULL);
  printf("bytes %lld\nfirst-ns %lld\nend-ns %lld\n", (long long)received, (long long)first, now());
  return 0;
}

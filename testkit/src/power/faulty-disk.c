/*
 * A disk that fails as told and remembers what it was asked for. Preloaded into a process whose store is tested.
 *
 * FAULTY_DISK_ROOT   directory whose files are watched (a real path)
 * FAULTY_DISK_RECORD file that the record is appended to: one entry for each operation, in the order they took effect
 * FAULTY_DISK_PLAN   rules, "OPERATION TARGET NTH ACTION TIMES" separated by ";"; they count from the start, or, when
 *                    the plan begins with "armed;", from the moment "ARM" is written to the file `acks`
 *
 * OPERATION: write sync truncate unlink; TARGET: wal db dir any; ACTION: EIO ENOSPC SHORT KILL DELAY.
 * SHORT writes half and lets the next write find the disk full; KILL writes half and ends the process. What a failed sync does
 * to the pages it covered is decided later, by who reads the record.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum operation { WRITE = 1, SYNC, TRUNCATE, UNLINK, MKDIR, CREATE, UNEXPECTED };
enum action { NONE, FAIL_EIO, FAIL_ENOSPC, SHORT, KILL, DELAY };

struct entry {
  uint32_t operation, error, path_length, data_length;
  uint64_t offset;
};

struct rule {
  char operation[16], target[8], action[8];
  int nth, times, seen;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char root[4096];
static size_t root_length;
static int record = -1, armed = 1, full_next = 0, rules_count = 0;
static struct rule rules[16];

static void put(const void *bytes, size_t length) {
  while (length > 0) {
    ssize_t done = syscall(SYS_write, record, bytes, length);
    if (done <= 0) abort();
    bytes = (const char *)bytes + done;
    length -= done;
  }
}

static void note(int operation, int error, const char *path, uint64_t offset, const void *data, size_t length) {
  struct entry entry = {operation, error, strlen(path), length, offset};
  put(&entry, sizeof entry);
  put(path, entry.path_length);
  if (length > 0) put(data, length);
}

__attribute__((constructor)) static void begin(void) {
  const char *at = getenv("FAULTY_DISK_ROOT"), *to = getenv("FAULTY_DISK_RECORD"), *plan = getenv("FAULTY_DISK_PLAN");
  if (at == NULL || to == NULL) return;
  snprintf(root, sizeof root, "%s/", at);
  root_length = strlen(root);
  record = syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (record < 0) abort();
  if (plan != NULL && strncmp(plan, "armed;", 6) == 0) {
    armed = 0;
    plan += 6;
  }
  while (plan != NULL && *plan != 0 && rules_count < 16) {
    struct rule *rule = &rules[rules_count];
    if (sscanf(plan, "%15s %7s %d %7s %d", rule->operation, rule->target, &rule->nth, rule->action, &rule->times) == 5) rules_count++;
    plan = strchr(plan, ';');
    if (plan != NULL) plan++;
  }
}

static int ends(const char *text, const char *end) {
  size_t a = strlen(text), b = strlen(end);
  return a >= b && strcmp(text + a - b, end) == 0;
}

/* Whether a path is one of the watched; what holds no data of the store is not. */
static int watched(const char *path) {
  if (record < 0 || strncmp(path, root, root_length - 1) != 0) return 0;
  if (path[root_length - 1] != '/' && path[root_length - 1] != 0) return 0;
  return strstr(path, ".lock") == NULL && !ends(path, ".pid") && !ends(path, "-shm");
}

/* The path of a descriptor, when it is one of the watched. */
static int path_of(int fd, char *path, size_t size) {
  char link[64];
  if (record < 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return watched(path);
}

static int is_acks(const char *path) { return ends(path, "/acks"); }

static enum action decide(const char *operation, const char *path, int directory) {
  enum action chosen = NONE;
  if (!armed || is_acks(path)) return NONE;
  for (int at = 0; at < rules_count; at++) {
    struct rule *rule = &rules[at];
    if (strcmp(rule->operation, operation) != 0) continue;
    if (strcmp(rule->target, "dir") == 0 ? !directory : directory) continue;
    if (strcmp(rule->target, "wal") == 0 && !ends(path, "-wal")) continue;
    if (strcmp(rule->target, "db") == 0 && !ends(path, ".db")) continue;
    rule->seen++;
    if (rule->seen < rule->nth || rule->seen >= rule->nth + rule->times) continue;
    if (strcmp(rule->action, "EIO") == 0) chosen = FAIL_EIO;
    if (strcmp(rule->action, "ENOSPC") == 0) chosen = FAIL_ENOSPC;
    if (strcmp(rule->action, "SHORT") == 0) chosen = SHORT;
    if (strcmp(rule->action, "KILL") == 0) chosen = KILL;
    if (strcmp(rule->action, "DELAY") == 0) chosen = DELAY;
  }
  if (chosen == DELAY) usleep(20000);
  return chosen;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static int failed(enum action action, int operation, const char *path) {
  int error = action == FAIL_ENOSPC ? ENOSPC : EIO;
  note(operation, error, path, 0, NULL, 0);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return -1;
}

static ssize_t write_at(int fd, const char *path, const void *bytes, size_t length, off_t offset, int positioned) {
  pthread_mutex_lock(&mutex);
  if (is_acks(path) && memmem(bytes, length, "ARM", 3) != NULL) armed = 1;
  enum action action = decide("write", path, 0);
  if (full_next && !is_acks(path)) {
    full_next = 0;
    action = FAIL_ENOSPC;
  }
  if (action == FAIL_EIO || action == FAIL_ENOSPC) return failed(action, WRITE, path);
  if (action == SHORT || action == KILL) length = length / 2 + 1;
  if (action == SHORT) full_next = 1;
  if (!positioned) offset = syscall(SYS_lseek, fd, 0, SEEK_CUR);
  ssize_t done = positioned ? syscall(SYS_pwrite64, fd, bytes, length, offset) : syscall(SYS_write, fd, bytes, length);
  int error = done < 0 ? errno : 0;
  note(WRITE, error, path, offset, bytes, done > 0 ? done : 0);
  if (action == KILL) die();
  pthread_mutex_unlock(&mutex);
  errno = error;
  return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  char path[4096];
  if (!path_of(fd, path, sizeof path)) return syscall(SYS_write, fd, bytes, length);
  return write_at(fd, path, bytes, length, 0, 0);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  char path[4096];
  if (!path_of(fd, path, sizeof path)) return syscall(SYS_pwrite64, fd, bytes, length, offset);
  return write_at(fd, path, bytes, length, offset, 1);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

static ssize_t write_parts(int fd, const struct iovec *parts, int count, off64_t offset, int positioned) {
  char path[4096];
  if (!path_of(fd, path, sizeof path))
    return positioned ? syscall(SYS_pwritev, fd, parts, count, offset, 0) : syscall(SYS_writev, fd, parts, count);
  ssize_t sum = 0;
  for (int at = 0; at < count; at++) {
    ssize_t done = write_at(fd, path, parts[at].iov_base, parts[at].iov_len, offset + sum, positioned);
    if (done < 0) return sum > 0 ? sum : done;
    sum += done;
    if ((size_t)done < parts[at].iov_len) break;
  }
  return sum;
}

ssize_t writev(int fd, const struct iovec *parts, int count) { return write_parts(fd, parts, count, 0, 0); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) { return write_parts(fd, parts, count, offset, 1); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return write_parts(fd, parts, count, offset, 1); }

static int sync_file(int fd, long call) {
  char path[4096];
  struct stat about;
  if (!path_of(fd, path, sizeof path)) return syscall(call, fd);
  int directory = fstat(fd, &about) == 0 && S_ISDIR(about.st_mode);
  pthread_mutex_lock(&mutex);
  enum action action = decide("sync", path, directory);
  if (action == KILL) die();
  if (action == FAIL_EIO || action == FAIL_ENOSPC || action == SHORT) return failed(action, SYNC, path);
  /* Nothing is synced: the record says what would be durable, and the test is not to wait for the real disk. */
  note(SYNC, 0, path, 0, NULL, 0);
  pthread_mutex_unlock(&mutex);
  return 0;
}

int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }

int ftruncate64(int fd, off64_t length) {
  char path[4096];
  if (!path_of(fd, path, sizeof path)) return syscall(SYS_ftruncate, fd, length);
  pthread_mutex_lock(&mutex);
  enum action action = decide("truncate", path, 0);
  if (action == KILL) die();
  if (action != NONE && action != DELAY) return failed(action, TRUNCATE, path);
  int result = syscall(SYS_ftruncate, fd, length), error = errno;
  note(TRUNCATE, result < 0 ? error : 0, path, length, NULL, 0);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return result;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int unlink(const char *path) {
  if (!watched(path)) return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  pthread_mutex_lock(&mutex);
  enum action action = decide("unlink", path, 0);
  if (action == KILL) die();
  if (action != NONE && action != DELAY) return failed(action, UNLINK, path);
  int result = syscall(SYS_unlinkat, AT_FDCWD, path, 0), error = errno;
  note(UNLINK, result < 0 ? error : 0, path, 0, NULL, 0);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return result;
}

int unlinkat(int directory, const char *path, int flags) {
  return flags == 0 && path[0] == '/' ? unlink(path) : syscall(SYS_unlinkat, directory, path, flags);
}

int remove(const char *path) {
  int result = unlink(path);
  return result < 0 && errno == EISDIR ? syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR) : result;
}

/* What the store does not use and the reader of the record does not know. */
static void unexpected(const char *path) {
  pthread_mutex_lock(&mutex);
  note(UNEXPECTED, 0, path, 0, NULL, 0);
  pthread_mutex_unlock(&mutex);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
  char path[4096];
  if (path_of(fd, path, sizeof path)) unexpected(path);
  return syscall(SYS_fallocate, fd, mode, offset, length);
}
int fallocate(int fd, int mode, off_t offset, off_t length) { return fallocate64(fd, mode, offset, length); }
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return fallocate64(fd, 0, offset, length) < 0 ? errno : 0; }
int posix_fallocate(int fd, off_t offset, off_t length) { return posix_fallocate64(fd, offset, length); }

int rename(const char *from, const char *to) {
  if (watched(from) || watched(to)) unexpected(from);
  return syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int mkdir(const char *path, mode_t mode) {
  int result = syscall(SYS_mkdirat, AT_FDCWD, path, mode), error = errno;
  if (result == 0 && watched(path)) {
    pthread_mutex_lock(&mutex);
    note(MKDIR, 0, path, 0, NULL, 0);
    pthread_mutex_unlock(&mutex);
  }
  errno = error;
  return result;
}

static int open_at(int directory, const char *path, int flags, mode_t mode) {
  struct stat about;
  int creates = (flags & O_CREAT) != 0 && path[0] == '/' && watched(path);
  if (!creates) return syscall(SYS_openat, directory, path, flags, mode);
  pthread_mutex_lock(&mutex);
  int there = stat(path, &about) == 0;
  int fd = syscall(SYS_openat, directory, path, flags, mode), error = errno;
  if (fd >= 0 && !there) note(CREATE, 0, path, 0, NULL, 0);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return fd;
}

#define MODE(flags)                                  \
  mode_t mode = 0;                                   \
  if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {      \
    va_list rest;                                    \
    va_start(rest, flags);                           \
    mode = va_arg(rest, mode_t);                     \
    va_end(rest);                                    \
  }

int open(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int directory, const char *path, int flags, ...) { MODE(flags) return open_at(directory, path, flags, mode); }
int openat64(int directory, const char *path, int flags, ...) { MODE(flags) return open_at(directory, path, flags | O_LARGEFILE, mode); }

/* Preloaded into a process, it logs every change of files under $RECORDED to $RECORD, in the order in which they happen,
   with every fsync. Each record: kind, length of the path, offset or second length, length of the data; path; data. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static const char *root;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("RECORD");
    root = getenv("RECORDED");
    if (path && root) log_fd = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int is_ours(const char *path) { return log_fd >= 0 && path && strncmp(path, root, strlen(root)) == 0; }

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = log_fd < 0 || fd == log_fd ? -1 : readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
    return length > 0 && is_ours(path);
}

static void put(char kind, const char *path, int64_t offset, const void *data, int64_t length) {
    struct __attribute__((packed)) { char kind; uint32_t path; int64_t offset, length; } head = {kind, strlen(path), offset, length};
    ssize_t (*real)(int, const void *, size_t) = REAL(write);
    if (real(log_fd, &head, sizeof head) < 0 || real(log_fd, path, head.path) < 0) abort();
    for (int64_t at = 0; at < length;) {
        ssize_t done = real(log_fd, (const char *)data + at, length - at);
        if (done < 0) abort();
        at += done;
    }
}

#define WRITE(name, off_type)                                                                    \
    ssize_t name(int fd, const void *data, size_t length, off_type offset) {                     \
        char path[PATH_MAX];                                                                     \
        pthread_mutex_lock(&lock);                                                               \
        ssize_t done = REAL(name)(fd, data, length, offset);                                     \
        if (done > 0 && path_of(fd, path)) put('w', path, offset, data, done);                   \
        pthread_mutex_unlock(&lock);                                                             \
        return done;                                                                             \
    }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t length) {
    char path[PATH_MAX];
    pthread_mutex_lock(&lock);
    ssize_t done = REAL(write)(fd, data, length);
    if (done > 0 && path_of(fd, path)) put('w', path, lseek(fd, 0, SEEK_CUR) - done, data, done);
    pthread_mutex_unlock(&lock);
    return done;
}

#define TRUNCATE(name, off_type)                                                                 \
    int name(int fd, off_type length) {                                                          \
        char path[PATH_MAX];                                                                     \
        pthread_mutex_lock(&lock);                                                               \
        int result = REAL(name)(fd, length);                                                     \
        if (result == 0 && path_of(fd, path)) put('t', path, length, "", 0);                     \
        pthread_mutex_unlock(&lock);                                                             \
        return result;                                                                           \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                                               \
    int name(int fd) {                                                                           \
        char path[PATH_MAX];                                                                     \
        pthread_mutex_lock(&lock);                                                               \
        int result = REAL(name)(fd);                                                             \
        if (result == 0 && path_of(fd, path)) put('s', path, 0, "", 0);                          \
        pthread_mutex_unlock(&lock);                                                             \
        return result;                                                                           \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    pthread_mutex_lock(&lock);
    int result = REAL(unlink)(path);
    if (result == 0 && is_ours(path)) put('u', path, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int rename(const char *from, const char *to) {
    pthread_mutex_lock(&lock);
    int result = REAL(rename)(from, to);
    if (result == 0 && is_ours(from)) put('r', from, 0, to, strlen(to));
    pthread_mutex_unlock(&lock);
    return result;
}

#define OPEN(name, head, call, path)                                                             \
    int name head {                                                                              \
        va_list rest;                                                                            \
        va_start(rest, flags);                                                                   \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                                \
        va_end(rest);                                                                            \
        char found[PATH_MAX];                                                                    \
        pthread_mutex_lock(&lock);                                                               \
        int is_new = flags & O_CREAT && access(path, F_OK) != 0;                                 \
        int fd = REAL(name) call;                                                                \
        if (fd >= 0 && (is_new || flags & O_TRUNC) && path_of(fd, found)) {                      \
            if (is_new) put('c', found, 0, "", 0);                                               \
            else put('t', found, 0, "", 0);                                                      \
        }                                                                                        \
        pthread_mutex_unlock(&lock);                                                             \
        return fd;                                                                               \
    }
OPEN(open, (const char *path, int flags, ...), (path, flags, mode), path)
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode), path)
OPEN(openat, (int folder, const char *path, int flags, ...), (folder, path, flags, mode), path)
OPEN(openat64, (int folder, const char *path, int flags, ...), (folder, path, flags, mode), path)

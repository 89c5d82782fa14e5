/* A wall clock that can be stepped for one process: loaded before the C library (LD_PRELOAD), it adds the seconds that
   stand in the file STEPPED_CLOCK to CLOCK_REALTIME. Every other clock, and the machine's own, stays as it is. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long offset(void)
{
    static long seconds;
    static struct timespec read_at;
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    if (read_at.tv_sec == 0 || (now.tv_sec - read_at.tv_sec) * 1000 + (now.tv_nsec - read_at.tv_nsec) / 1000000 > 50) {
        const char *path = getenv("STEPPED_CLOCK");
        FILE *file = path ? fopen(path, "r") : NULL;
        read_at = now;
        if (file) {
            long found;
            if (fscanf(file, "%ld", &found) == 1)
                seconds = found;
            fclose(file);
        }
    }
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    int result = syscall(SYS_clock_gettime, clock, out);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        out->tv_sec += offset();
    return result;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}

/* Deadlines on the wall clock were made from the stepped one; the kernel waits for its own. */
static struct timespec to_kernel(const struct timespec *deadline)
{
    struct timespec out = *deadline;
    out.tv_sec -= offset();
    return out;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict deadline)
{
    static int (*wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    struct timespec moved = to_kernel(deadline);
    if (!wait)
        *(void **)&wait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    return wait(condition, mutex, condition->__data.__wrefs & 2 ? deadline : &moved); /* bit 1: monotonic */
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict deadline)
{
    static int (*wait)(sem_t *, const struct timespec *);
    struct timespec moved = to_kernel(deadline);
    if (!wait)
        *(void **)&wait = dlsym(RTLD_NEXT, "sem_timedwait");
    return wait(semaphore, &moved);
}

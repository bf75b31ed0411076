/* An app without anything: says `ready`, waits for SIGTERM, says so, exits with 3. `hook`: says which event it is. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

int main(int count, char **words)
{
    setbuf(stdout, NULL);
    if (count > 1) {
        printf("%s %s\n", words[1], getenv("LIFEINIT_EVENT"));
        return 0;
    }
    sigset_t awaited;
    int signo;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGTERM);
    sigprocmask(SIG_BLOCK, &awaited, NULL);
    puts("ready");
    sigwait(&awaited, &signo);
    puts("TERM");
    return 3;
}

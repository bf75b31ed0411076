/* What the parts of the bundle's program share. */
#include <signal.h>

extern sigset_t lifeinit_mask; /* what the program was started with */

int lifeinit_is_whole(int of_rest);
int lifeinit_load(const char *name);

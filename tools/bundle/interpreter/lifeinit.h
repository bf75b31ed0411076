/* What the parts of the bundle's program share. */
#include <signal.h>

/* Parts of the bytecode, as freeze.py numbers them. */
enum { OF_EVERY_START, OF_PID_1, OF_COMMANDS };

/* main.c */
extern sigset_t lifeinit_mask; /* what the program was started with */
_Noreturn void lifeinit_fail_as_damaged(void);

/* whole.c */
int lifeinit_is_part_whole(int number);
int lifeinit_is_whole(void);

#ifdef Py_PYTHON_H
/* load.c */
void lifeinit_set_modules(void);
int lifeinit_is_of_start(const char *name);
int lifeinit_load(const char *name);

/* start.c */
void lifeinit_prepare_memory(void);
void lifeinit_keep_loaded(void);
int lifeinit_begin(void);
PyObject *lifeinit_find_spec(PyObject *self, PyObject *arguments);
PyObject *lifeinit_open(PyObject *self, PyObject *arguments, PyObject *keywords);
#endif

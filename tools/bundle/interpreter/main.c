/* The bundle's program: CPython with lifeinit and its libraries inside, and nothing that reads code from a file.
 *
 * No path is searched for modules, no variable and no file of the image is looked at, and the C library, which is inside
 * as well, loads nothing: whoever can write to the image or to the environment runs no code in here.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "lifeinit.h"

#define SOFTWARE 70 /* EX_SOFTWARE. sysexits(3) */

sigset_t lifeinit_mask;

/* In place of the one that searches file systems for the standard library: there is none to be found. */
PyStatus _PyConfig_InitPathConfig(PyConfig *config, int compute)
{
    (void)config, (void)compute;
    return PyStatus_Ok();
}

/* In place of what sorts the stack frames' tables at the start, a fifteenth of it: the linker has sorted them already. */
void __wrap___register_frame_info(const void *begin, void *object)
{
    (void)begin, (void)object;
}

void *__wrap___deregister_frame_info(const void *begin)
{
    (void)begin;
    return NULL;
}

static _Noreturn void fail(const char *sentence)
{
    dprintf(STDERR_FILENO, "lifeinit: %s; nothing was started\n", sentence);
    _exit(SOFTWARE);
}

void lifeinit_fail_as_damaged(void)
{
    fail("the program is damaged: copy the bundle again");
}

static void fail_if(PyStatus status)
{
    if (PyStatus_Exception(status))
        fail(status.err_msg ? status.err_msg : "the interpreter does not start");
}

/* The program's path, for messages: /proc may be missing. */
static const char *own_path(void)
{
    static char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    const char *executed = (const char *)getauxval(AT_EXECFN);
    return length > 0 ? path : executed ? executed : "lifeinit";
}

/* Isolated, without `site`, and with no search path; what is not set here would be looked for. */
static void configure(PyConfig *config, int argc, char **argv)
{
    PyPreConfig before;
    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    before.configure_locale = 0; /* nor is LC_CTYPE added to the app's environment. PEP 538 */
    fail_if(Py_PreInitialize(&before));
    PyConfig_InitIsolatedConfig(config);
    config->site_import = 0;
    config->_init_main = 0; /* see start.c */
    config->write_bytecode = 0;
    config->optimization_level = 2;
    config->install_signal_handlers = 1; /* as any Python: a closed pipe is an error, and no death by SIGPIPE */
    config->parse_argv = 0;
    config->module_search_paths_set = 1;
    fail_if(PyConfig_SetBytesArgv(config, argc, argv));
    fail_if(PyConfig_SetBytesString(config, &config->executable, own_path()));
    wchar_t **const unused[] = {
        &config->prefix, &config->base_prefix, &config->exec_prefix, &config->base_exec_prefix, &config->stdlib_dir,
    };
    for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
        fail_if(PyConfig_SetString(config, unused[i], L"/"));
}

/* What reaches PID 1 before this is lost for ever, so it runs before main and all constructors. */
static void block_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &lifeinit_mask);
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = block_signals;

int main(int argc, char **argv)
{
    if (!lifeinit_is_part_whole(OF_EVERY_START))
        lifeinit_fail_as_damaged();
    lifeinit_prepare_memory();
    lifeinit_set_modules();
    PyConfig config;
    configure(&config, argc, argv);
    fail_if(Py_InitializeFromConfig(&config));
    PyConfig_Clear(&config);
    PySys_SetObject("frozen", Py_True); /* as programs that hold their modules have it: there are no files */
    PyObject *module = NULL;
    if (lifeinit_begin() == 0 && lifeinit_load("lifeinit.__main__") == 0)
        module = PyImport_ImportModule("lifeinit.__main__");
    if (module != NULL)
        Py_XDECREF(PyObject_CallMethod(module, "main", NULL)); /* never returns */
    PyErr_Print();
    fail("internal error");
}

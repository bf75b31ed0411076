/* The bundle's program: CPython with lifeinit and its libraries inside, and nothing that reads code from a file.
 *
 * No path is searched for modules, no variable and no file of the image is looked at, and the C library, which is inside
 * as well, loads nothing: whoever can write to the image or to the environment runs no code in here.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <marshal.h>
#include <limits.h>
#include <stdint.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "lifeinit.h"

#define SOFTWARE 70 /* EX_SOFTWARE. sysexits(3) */

extern const unsigned char modules[];

struct part {
    size_t begin, end;
    uint64_t checksum;
};

#include "modules.h"

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

static void fail(const char *sentence)
{
    dprintf(STDERR_FILENO, "lifeinit: %s; nothing was started\n", sentence);
    _exit(SOFTWARE);
}

static void fail_if(PyStatus status)
{
    if (PyStatus_Exception(status))
        fail(status.err_msg ? status.err_msg : "the interpreter does not start");
}

/* Whether the bytecode is what was built: of the start, which every start checks, or of the rest. As in freeze.py. */
int lifeinit_is_whole(int of_rest)
{
    const struct part *part = &parts[of_rest];
    uint64_t sum = 0, word;
    for (size_t place = part->begin; place < part->end; place += sizeof word) {
        memcpy(&word, modules + place, sizeof word);
        sum = (sum ^ word) * 0x9E3779B97F4A7C15u;
        sum ^= sum >> 32;
    }
    return sum == part->checksum;
}

static int set_item(PyObject *variables, const char *name, PyObject *value)
{
    int result = value == NULL ? -1 : PyDict_SetItemString(variables, name, value);
    Py_XDECREF(value);
    return result;
}

/* Execute a module, and bind it in its package. */
static int execute(const struct _frozen *row)
{
    const char *dot = strrchr(row->name, '.');
    PyObject *module = PyImport_AddModule(row->name); /* borrowed, as are the next two */
    PyObject *variables = module == NULL ? NULL : PyModule_GetDict(module);
    PyObject *parent = NULL;
    if (dot != NULL) {
        PyObject *name = PyUnicode_FromStringAndSize(row->name, dot - row->name);
        parent = name == NULL ? NULL : PyImport_AddModuleObject(name);
        Py_XDECREF(name);
    }
    if (variables == NULL || (dot != NULL && parent == NULL))
        return -1;
    PyObject *package = row->is_package || dot == NULL ? PyUnicode_FromString(row->is_package ? row->name : "")
                                                       : PyModule_GetNameObject(parent);
    if (set_item(variables, "__builtins__", Py_NewRef(PyEval_GetBuiltins())) < 0 ||
        set_item(variables, "__package__", package) < 0 ||
        set_item(variables, "__file__", PyUnicode_FromString("/")) < 0 ||
        (row->is_package && set_item(variables, "__path__", PyList_New(0)) < 0))
        return -1;
    PyObject *code = PyMarshal_ReadObjectFromString((const char *)row->code, row->size);
    PyObject *result = code == NULL ? NULL : PyEval_EvalCode(code, variables, variables);
    Py_XDECREF(code);
    Py_XDECREF(result);
    return result == NULL || (dot != NULL && PyObject_SetAttrString(parent, dot + 1, module) < 0) ? -1 : 0;
}

/* Execute a module and first those that it imports, each straight from the table: the import system takes twice as long
 * for each. What is not of the start is left to it. */
static int load_from(size_t place)
{
    PyObject *known = PyImport_GetModuleDict();
    if (PyDict_GetItemString(known, table[place].name) != NULL)
        return 0;
    for (const short *needed = imports[place]; *needed >= 0; needed++)
        if ((size_t)*needed < sizeof imports / sizeof *imports && load_from((size_t)*needed) < 0)
            return -1;
    return execute(&table[place]);
}

/* Nothing that is loaded becomes garbage: the collector would look through it all, again and again. */
int lifeinit_load(const char *name)
{
    int result = -1, was_enabled = PyGC_Disable();
    size_t place = 0;
    while (place < sizeof imports / sizeof *imports && strcmp(table[place].name, name) != 0)
        place++;
    if (place < sizeof imports / sizeof *imports)
        result = load_from(place);
    else
        PyErr_SetString(PyExc_ImportError, name);
    if (was_enabled)
        PyGC_Enable();
    return result;
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
    if (!lifeinit_is_whole(0))
        fail("the program is damaged: copy the bundle again");
    PyImport_FrozenModules = table;
    PyConfig config;
    configure(&config, argc, argv);
    fail_if(Py_InitializeFromConfig(&config));
    PyConfig_Clear(&config);
    PySys_SetObject("frozen", Py_True); /* as programs that hold their modules have it: there are no files */
    PyObject *module = NULL;
    if (lifeinit_load("lifeinit.__main__") == 0)
        module = PyImport_ImportModule("lifeinit.__main__");
    if (module != NULL)
        Py_XDECREF(PyObject_CallMethod(module, "main", NULL)); /* never returns */
    PyErr_Print();
    fail("internal error");
}

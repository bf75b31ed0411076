/* The interpreter's own start, in two parts.
 *
 * Every start has the first: the core, which imports what is built in or frozen. That is all that PID 1 runs on. The
 * second takes as long again: standard streams, codecs written in Python, and the import system for files. It comes
 * with the first import of anything but the modules of the start: in a command, and in a planner that reads a file.
 */
#define Py_BUILD_CORE
#include <Python.h>
#include <pycore_codecs.h>
#include <pycore_gc.h>
#include <pycore_initconfig.h>
#include <pycore_pathconfig.h>
#include <pycore_pylifecycle.h>
#include <pycore_pystate.h>
#include <pycore_sysmodule.h>
#include <sys/mman.h>

#include "lifeinit.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14; an older kernel refuses it, and the pages come one by one */
#endif

static int is_complete;

/* Pages that every start will write to, had from the kernel in one call: a fault for each takes six times as long. */
static void populate(void *begin, size_t size)
{
    uintptr_t page = (uintptr_t)begin & ~(uintptr_t)4095;
    madvise((void *)page, (uintptr_t)begin + size - page, MADV_POPULATE_WRITE);
}

static void *new_arena(void *context, size_t size)
{
    static int is_first = 1;
    void *arena = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (arena == MAP_FAILED)
        return NULL;
    if (is_first)
        populate(arena, size);
    is_first = 0;
    return arena;
}

static void free_arena(void *context, void *arena, size_t size)
{
    munmap(arena, size);
}

/* Before the interpreter allocates anything. */
void lifeinit_prepare_memory(void)
{
    static PyObjectArenaAllocator arenas = {NULL, new_arena, free_arena};
    PyObject_SetArenaAllocator(&arenas);
    populate(&_PyRuntime, sizeof _PyRuntime);
}

static PyObject *search_codec(PyObject *self, PyObject *name)
{
    PyObject *encodings = PyImport_ImportModule("encodings");
    PyObject *found = encodings == NULL ? NULL : PyObject_CallMethod(encodings, "search_function", "O", name);
    Py_XDECREF(encodings);
    return found;
}

/* The error handlers, and codecs as soon as one is looked up: those of UTF-8, Latin-1 and ASCII are built in. */
static int begin_codecs(void)
{
    static PyMethodDef search = {"search_codec", search_codec, METH_O, NULL};
    PyObject *modules = PyImport_GetModuleDict();
    if (PyDict_SetItemString(modules, "encodings", Py_True) < 0 || /* which would be imported now */
        PyStatus_Exception(_PyCodec_InitRegistry(PyInterpreterState_Get())) ||
        PyDict_DelItemString(modules, "encodings") < 0)
        return -1;
    PyObject *function = PyCFunction_New(&search, NULL);
    int result = function == NULL ? -1 : PyCodec_Register(function);
    Py_XDECREF(function);
    return result;
}

/* After the core: arguments, signals, codecs, and the finder and the function below. */
int lifeinit_begin(void)
{
    PyThreadState *thread = PyThreadState_Get();
    PyObject *module = PyImport_ImportModule("_lifeinit");
    if (module == NULL ||
        PyStatus_Exception(_PyPathConfig_UpdateGlobal(_PyInterpreterState_GetConfig(thread->interp))) ||
        _PySys_UpdateConfig(thread) < 0 || _PySignal_Init(1) < 0 || begin_codecs() < 0 ||
        PyList_Insert(PySys_GetObject("meta_path"), 0, module) < 0)
        return -1;
    PyObject *open = PyObject_GetAttrString(module, "open");
    int result = open == NULL ? -1 : PyDict_SetItemString(PyEval_GetBuiltins(), "open", open);
    Py_XDECREF(open);
    Py_DECREF(module);
    return result;
}

/* The second part. */
static int complete(void)
{
    is_complete = 1;
    PyObject *modules = PyImport_GetModuleDict();
    /* It has registered a function in a list that a new one replaces. */
    if (PyDict_PopString(modules, "encodings", NULL) < 0)
        return -1;
    PyStatus status = _Py_InitializeMain();
    if (!PyStatus_Exception(status))
        return 0;
    PyErr_SetString(PyExc_SystemError, status.err_msg ? status.err_msg : "the interpreter does not start");
    return -1;
}

/* A finder that finds nothing, and is asked first. PEP 451 */
PyObject *lifeinit_find_spec(PyObject *self, PyObject *arguments)
{
    const char *name;
    PyObject *path, *target = NULL;
    if (!PyArg_ParseTuple(arguments, "sO|O", &name, &path, &target))
        return NULL;
    if (!is_complete && !lifeinit_is_of_start(name) && complete() < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* open(), until it is called for the first time: its module creates twenty classes. */
PyObject *lifeinit_open(PyObject *self, PyObject *arguments, PyObject *keywords)
{
    PyObject *module = PyImport_ImportModule("_io");
    PyObject *open = module == NULL ? NULL : PyObject_GetAttrString(module, "open");
    PyObject *file = NULL;
    if (open != NULL && PyDict_SetItemString(PyEval_GetBuiltins(), "open", open) == 0)
        file = PyObject_Call(open, arguments, keywords);
    Py_XDECREF(open);
    Py_XDECREF(module);
    return file;
}

/* What has been loaded stays: the garbage collector would look through it, and after each fork copy it. */
void lifeinit_keep_loaded(void)
{
    _PyGC_Freeze(PyInterpreterState_Get());
}

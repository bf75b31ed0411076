/* The modules in C: those of Python that lifeinit, click and psutil import, and `_lifeinit`. In place of config.c. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <errno.h>
#include <linux/capability.h>
#include <nss.h>
#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lifeinit.h"

/* _lifeinit: what lifeinit takes from ctypes elsewhere, and what only the bundle's program knows. */

static PyObject *done(long code)
{
    return code == 0 ? Py_NewRef(Py_None) : PyErr_SetFromErrno(PyExc_OSError);
}

static PyObject *call_prctl(PyObject *self, PyObject *arguments)
{
    int option;
    unsigned long words[4];
    if (!PyArg_ParseTuple(arguments, "ikkkk", &option, &words[0], &words[1], &words[2], &words[3]))
        return NULL;
    return done(prctl(option, words[0], words[1], words[2], words[3]));
}

static PyObject *call_capabilities(long number, PyObject *arguments)
{
    Py_buffer header, words;
    if (!PyArg_ParseTuple(arguments, "y*w*", &header, &words))
        return NULL;
    struct __user_cap_header_struct asked = {0};
    PyObject *result = NULL;
    if (header.len == sizeof asked && words.len == 2 * sizeof(struct __user_cap_data_struct)) {
        memcpy(&asked, header.buf, sizeof asked); /* the kernel writes into it */
        result = done(syscall(number, &asked, words.buf));
    } else {
        PyErr_SetString(PyExc_ValueError, "a header of 8 bytes and 24 bytes of capabilities are needed");
    }
    PyBuffer_Release(&header);
    PyBuffer_Release(&words);
    return result;
}

static PyObject *call_capget(PyObject *self, PyObject *arguments)
{
    return call_capabilities(SYS_capget, arguments);
}

static PyObject *call_capset(PyObject *self, PyObject *arguments)
{
    return call_capabilities(SYS_capset, arguments);
}

static PyObject *is_whole(PyObject *self, PyObject *arguments)
{
    return PyBool_FromLong(lifeinit_is_whole());
}

static PyObject *are_commands_whole(PyObject *self, PyObject *arguments)
{
    return PyBool_FromLong(lifeinit_is_part_whole(OF_COMMANDS));
}

static PyObject *load(PyObject *self, PyObject *arguments)
{
    const char *name;
    if (!PyArg_ParseTuple(arguments, "s", &name) || lifeinit_load(name) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"prctl", call_prctl, METH_VARARGS, NULL},
    {"capget", call_capget, METH_VARARGS, NULL},
    {"capset", call_capset, METH_VARARGS, NULL},
    {"load", load, METH_VARARGS, NULL},
    {"find_spec", lifeinit_find_spec, METH_VARARGS, NULL},
    {"open", (PyCFunction)(void (*)(void))lifeinit_open, METH_VARARGS | METH_KEYWORDS, NULL},
    {"is_whole", is_whole, METH_NOARGS, NULL},
    {"are_commands_whole", are_commands_whole, METH_NOARGS, NULL},
    {NULL},
};

static int set_mask(PyObject *module)
{
    PyObject *mask = PyList_New(0);
    for (int signo = 1; mask != NULL && signo < NSIG; signo++) {
        if (sigismember(&lifeinit_mask, signo) != 1)
            continue;
        PyObject *number = PyLong_FromLong(signo);
        if (number == NULL || PyList_Append(mask, number) < 0)
            Py_CLEAR(mask);
        Py_XDECREF(number);
    }
    return PyModule_Add(module, "MASK", mask == NULL ? NULL : PyList_AsTuple(mask));
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, set_mask},
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
    {0},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_lifeinit", .m_methods = functions, .m_slots = slots,
};

static PyObject *PyInit__lifeinit(void)
{
    return PyModuleDef_Init(&definition);
}

/* Names come from the image's files and from DNS, whatever its nsswitch.conf says: its modules are made for another C
 * library. Nor is nscd asked. */

static void configure_names(void)
{
    static const char *const databases[] = {
        "passwd", "group", "initgroups", "hosts", "services", "protocols", "networks",
    };
    static int is_done;
    for (size_t i = 0; !is_done && i < sizeof databases / sizeof *databases; i++)
        __nss_configure_lookup(databases[i], strcmp(databases[i], "hosts") == 0 ? "files dns" : "files");
    is_done = 1;
}

extern PyObject *PyInit_pwd(void), *PyInit_grp(void), *PyInit__socket(void), *PyInit__ssl(void), *PyInit_posix(void);

static PyObject *init_pwd(void)
{
    configure_names();
    return PyInit_pwd();
}

static PyObject *init_grp(void)
{
    configure_names();
    return PyInit_grp();
}

static PyObject *init_socket(void)
{
    configure_names();
    return PyInit__socket();
}

/* The image's openssl.cnf could name libraries to load. */
static PyObject *init_ssl(void)
{
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    return PyInit__ssl();
}

#define MODULES(each) \
    each(_abc) each(_ast) each(_bisect) each(_codecs) each(_collections) each(_contextvars) each(_datetime) \
    each(_functools) each(_heapq) each(_imp) each(_io) each(_json) each(_locale) each(_opcode) each(_operator) \
    each(_posixsubprocess) each(_queue) each(_random) each(_sha2) each(_signal) each(_sre) each(_stat) each(_string) each(_struct) \
    each(_suggestions) each(_thread) each(_tokenize) each(_typing) each(_weakref) each(array) each(atexit) \
    each(binascii) each(errno) each(fcntl) each(gc) each(itertools) each(math) each(mmap) each(posix) each(resource) \
    each(select) each(termios) each(time) each(unicodedata) each(zlib)

#define DECLARE(name) extern PyObject *PyInit_##name(void);
MODULES(DECLARE)
extern PyObject *PyMarshal_Init(void), *_PyWarnings_Init(void), *PyInit__psutil_linux(void);

#define ROW(name) {#name, PyInit_##name},
struct _inittab _PyImport_Inittab[] = {
    MODULES(ROW)
    {"marshal", PyMarshal_Init},
    {"_warnings", _PyWarnings_Init},
    {"builtins", NULL},
    {"sys", NULL},
    {"pwd", init_pwd},
    {"grp", init_grp},
    {"_socket", init_socket},
    {"_ssl", init_ssl},
    {"psutil._psutil_linux", PyInit__psutil_linux},
    {"_lifeinit", PyInit__lifeinit},
    {NULL},
};

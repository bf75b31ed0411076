/* The modules of the program: the table of all, and the way around the import system for those of the start. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <marshal.h>
#include <string.h>

#include "lifeinit.h"

extern const unsigned char modules[];

#include "modules.h"

#define COUNT_OF_START (sizeof imports / sizeof *imports)

static PyObject *first_codes; /* the bytecode of those that every start executes, which is read in one piece */

/* Before the interpreter begins. */
void lifeinit_set_modules(void)
{
    PyImport_FrozenModules = table;
}

/* Whether the core has the module, built in or among those of the start. */
int lifeinit_is_of_start(const char *name)
{
    for (const struct _inittab *row = PyImport_Inittab; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return 1;
    for (size_t place = 0; place < COUNT_OF_START; place++)
        if (strcmp(table[place].name, name) == 0)
            return 1;
    return 0;
}

static PyObject *code_of(size_t place)
{
    static int is_rest_whole;
    if (first[place] < 0) {
        if (!is_rest_whole && !lifeinit_is_part_whole(OF_PID_1))
            lifeinit_fail_as_damaged();
        is_rest_whole = 1;
        return PyMarshal_ReadObjectFromString((const char *)table[place].code, table[place].size);
    }
    if (first_codes == NULL)
        first_codes = PyMarshal_ReadObjectFromString((const char *)modules, table[0].code - modules);
    if (first_codes == NULL)
        return NULL;
    PyObject *code = PyTuple_GET_ITEM(first_codes, first[place]);
    PyTuple_SET_ITEM(first_codes, first[place], Py_NewRef(Py_None)); /* it is executed once */
    return code;
}

static int set_item(PyObject *variables, const char *name, PyObject *value)
{
    int result = value == NULL ? -1 : PyDict_SetItemString(variables, name, value);
    Py_XDECREF(value);
    return result;
}

/* Execute a module, and bind it in its package. */
static int execute(size_t place)
{
    const struct _frozen *row = &table[place];
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
    PyObject *code = code_of(place);
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
        if ((size_t)*needed < COUNT_OF_START && load_from((size_t)*needed) < 0)
            return -1;
    return execute(place);
}

/* Nothing that is loaded becomes garbage: the collector would look through it all, and after a fork copy it. */
int lifeinit_load(const char *name)
{
    int result = -1, was_enabled = PyGC_Disable();
    size_t place = 0;
    while (place < COUNT_OF_START && strcmp(table[place].name, name) != 0)
        place++;
    if (place < COUNT_OF_START)
        result = load_from(place);
    else
        PyErr_SetString(PyExc_ImportError, name);
    lifeinit_keep_loaded();
    if (was_enabled)
        PyGC_Enable();
    return result;
}

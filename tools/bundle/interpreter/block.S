/* The bytecode of all modules. */
    .section .rodata
    .balign 16
    .global modules
modules:
    .incbin "modules.bin"
    .section .note.GNU-stack, "", @progbits

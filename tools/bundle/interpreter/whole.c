/* Whether the program is what was built.
 *
 * A file that was cut is found with the first instructions, bytecode that was changed before it is executed, and the
 * rest by `lifeinit check`: to read it all would take longer than a start. What cannot be found is a change of this code.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "lifeinit.h"

#define END 0x646E452D6E696C73 /* as in seal.py */
#ifdef __aarch64__
#define PAGE 65536 /* the largest that Linux may have there */
#else
#define PAGE 4096
#endif

extern const unsigned char modules[];
extern const uint64_t __bss_start[];

/* That of bytecode in the block `modules`. */
struct part {
    size_t begin, end;
    uint64_t checksum;
};

#include "parts.h"

/* What the memory of the program's file ends with, so the kernel has nothing to clear in its last page, which may be
 * missing: it would kill the program without a word. */
char lifeinit_first_of_bss[PAGE] __attribute__((aligned(PAGE)));

/* Filled by seal.py, which finds it by its first words. */
static volatile struct {
    char name[16];
    uint64_t begin[2], end[2], checksum[2];
} sealed __attribute__((section(".data"))) = {"lifeinit: sealed", {0}, {0}, {0}};

/* All that runs before the end is found lies in the file's first pages, as does what is said. */
#if defined(__x86_64__)
asm(".pushsection .text.unlikely, \"ax\"\n"
    ".global lifeinit_entry\n"
    "lifeinit_entry:\n"
    "    xor %ebp, %ebp\n"
    "    call find_end\n"
    "    xor %edx, %edx\n" /* as the kernel has it for a static program */
    "    jmp _start\n"
    ".popsection");
#define CALL(result, number, first, second, third, fourth) \
    ({ \
        register long in_r10 asm("r10") = (fourth); \
        asm volatile("syscall" \
                     : "=a"(result) \
                     : "a"((long)(number)), "D"((long)(first)), "S"(second), "d"((long)(third)), "r"(in_r10) \
                     : "rcx", "r11", "memory"); \
    })
#elif defined(__aarch64__)
asm(".pushsection .text.unlikely, \"ax\"\n"
    ".global lifeinit_entry\n"
    "lifeinit_entry:\n"
    "    bl find_end\n"
    "    mov x0, xzr\n"
    "    b _start\n"
    ".popsection");
#define CALL(result, number, first, second, third, fourth) \
    ({ \
        register long called asm("x8") = (number); \
        register long one asm("x0") = (first); \
        register const void *two asm("x1") = (second); \
        register long three asm("x2") = (third); \
        register long four asm("x3") = (fourth); \
        asm volatile("svc 0" : "+r"(one) : "r"(called), "r"(two), "r"(three), "r"(four) : "memory"); \
        (result) = one; \
    })
#endif

asm(".pushsection .text.unlikely, \"ax\"\n"
    "sentence: .ascii \"lifeinit: the program is incomplete: copy the bundle again; nothing was started\\n\"\n"
    "end_of_sentence:\n"
    ".popsection");
extern const char sentence[], end_of_sentence[];

#define EARLY __attribute__((section(".text.unlikely"), used, no_stack_protector))

/* The C library is not there yet. A page that the file lacks would end the program by a SIGBUS; a system call that is to
 * read it, and to do nothing, finds out. */
EARLY void find_end(void)
{
    const void *last = (const void *)((uintptr_t)__bss_start - sizeof(uint64_t));
    long result;
    CALL(result, SYS_rt_sigprocmask, -1, last, 0, 8);
    if (result != -14 /* EFAULT */ && *(volatile const uint64_t *)last == END)
        return;
    CALL(result, SYS_write, 2, sentence, end_of_sentence - sentence, 0);
    CALL(result, SYS_exit_group, 70, NULL, 0, 0);
}

static uint64_t checksum_of(const unsigned char *begin, const unsigned char *end)
{
    const uint64_t factor = 0x9E3779B97F4A7C15u;
    uint64_t sums[4] = {0}, result = 0;
    for (; begin < end; begin += sizeof sums)
        for (int i = 0; i < 4; i++) {
            uint64_t word;
            memcpy(&word, begin + i * sizeof word, sizeof word);
            sums[i] = (sums[i] ^ word) * factor;
            sums[i] ^= sums[i] >> 32;
        }
    for (int i = 0; i < 4; i++)
        result = (result ^ sums[i]) * factor;
    return result;
}

/* The bytecode that every start reads, that of the other modules that PID 1 may import, and the rest. */
int lifeinit_is_part_whole(int number)
{
    return checksum_of(modules + parts[number].begin, modules + parts[number].end) == parts[number].checksum;
}

/* All code and constants. */
int lifeinit_is_whole(void)
{
    for (int i = 0; i < 2; i++)
        if (checksum_of((const unsigned char *)sealed.begin[i], (const unsigned char *)sealed.end[i]) !=
            sealed.checksum[i])
            return 0;
    return 1;
}

/* fault: where the nub sends ring 3 after an exception. */
#ifndef LING_FAULT_H
#define LING_FAULT_H

#include <stdnoreturn.h>

noreturn void fault_main(void);

#endif

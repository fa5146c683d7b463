/* address: the value of --ip, read as strictly as the guest does, so that no guest is started that would refuse it. */
#ifndef LING_CLI_ADDRESS_H
#define LING_CLI_ADDRESS_H

/* address_fault: NULL when the text is A.B.C.D/N or A.B.C.D/N,GATEWAY that a host can live with; else what is wanted. */
const char *address_fault(const char *text);

#endif

#include "common.h"
int three(void) { return 1; }

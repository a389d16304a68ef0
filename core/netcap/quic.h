/* SPDX-License-Identifier: Apache-2.0 */
/* QUIC, as far as its header shows it: its names are encrypted. */
#ifndef NETCAP_QUIC_H
#define NETCAP_QUIC_H

#include <stdbool.h>

#include "core/base/str.h"

/* Does a connection of QUIC begin with this datagram?  Hostile bytes. */
bool quic_is_initial(struct str datagram);

#endif

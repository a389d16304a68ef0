/* SPDX-License-Identifier: Apache-2.0 */
/* The version, stated here only. */
#ifndef CMD_VERSION_H
#define CMD_VERSION_H

#define BEHAVDIFF_VERSION "0.2.0"

#endif

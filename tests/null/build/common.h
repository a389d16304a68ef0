/* SPDX-License-Identifier: Apache-2.0 */
int one(void); int two(void); int three(void);

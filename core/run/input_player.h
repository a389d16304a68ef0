/* SPDX-License-Identifier: Apache-2.0 */
/* Typing at a step: its `input` script while it runs. */
#ifndef RUN_INPUT_PLAYER_H
#define RUN_INPUT_PLAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/err.h"
#include "core/base/str.h"
#include "core/scenario/scenario.h"

struct input_player {
	int fd;			/* write end or terminal, -1: nothing to do */
	bool tty;
	size_t line;		/* of the script, the one at hand */
	size_t sent;		/* bytes of it that were written */
	uint64_t pause_end;	/* ms; 0: no pause has begun */
	size_t heard;		/* output up to here has been waited for */
};

#define INPUT_PLAYER_INIT { -1, false, 0, 0, 0, 0 }

/*
 * Type what may be typed now.  text: what the step has printed so far; now: ms.
 * After the last line the input is closed (a terminal is sent its end of file),
 * unless the script says hold.  Nothing blocks.
 */
void input_player_advance(struct input_player *f, const struct step *step,
			  struct str text,
			  uint64_t now);
/* Will time alone bring the next line? */
bool input_player_expects(const struct input_player *f,
			  const struct step *step);
/* The line that waits for a text which did not come, or NULL. */
const struct script_line *input_player_stuck(const struct input_player *f,
					     const struct step *step);
void input_player_close(struct input_player *f);

/*
 * A terminal of the sandbox whose pid 1 is this process: master is ours and
 * does not block, slave is the step's.  It does not echo, so that what it
 * prints is the program's.
 */
int terminal_open(pid_t init, int *master, int *slave, struct err *err);

#endif

# SPDX-License-Identifier: Apache-2.0
# behavdiff: `make help` lists the targets.

PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build
CC ?= cc
PKG_CONFIG ?= pkg-config
OPT ?= -O2 -g
SANITIZE ?=
DEVELOPER ?= 0

# Warnings a reader can act on; errors for developers and in CI.
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wpointer-arith \
	-Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Wundef \
	-Wformat=2 -Wnull-dereference
# clang has no way to say __extension__ for a cleanup attribute's macros.
ifneq ($(findstring clang,$(shell $(CC) --version 2>/dev/null)),)
WARN += -Wno-gnu-statement-expression -Wno-gnu-zero-variadic-macro-arguments
endif
ifeq ($(DEVELOPER),1)
WARN += -Werror
endif

# Tests pass literals where a command line would be, and dereference what an
# assertion has just found.
WARN_UNIT = $(filter-out -Wwrite-strings -Wnull-dereference -Wpedantic,$(WARN))

# _FORTIFY_SOURCE and the sanitizers check the same things; one at a time.
ifeq ($(SANITIZE),)
HARDEN = -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE
LDHARDEN = -pie -Wl,-z,relro,-z,now
else
HARDEN = -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
LDHARDEN = -fsanitize=$(SANITIZE)
endif

# make V=1 shows the commands.
V ?= 0
ifeq ($(V),0)
Q = @
# Not with make -s, whose letter is in the first word of MAKEFLAGS.
say = $(if $(findstring s,$(firstword -$(MAKEFLAGS))),@:,@echo "  $(1) $(2)")
else
say = @:
endif

LIBS = libgit2 libxxhash libcjson libseccomp
PKG_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(LIBS) 2>/dev/null)
PKG_LIBS = $(shell $(PKG_CONFIG) --libs $(LIBS) 2>/dev/null)

CPPFLAGS_ALL = -I. -D_GNU_SOURCE $(PKG_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL = -std=gnu17 $(OPT) $(WARN) $(HARDEN) $(CFLAGS)
LDFLAGS_ALL = $(LDHARDEN) $(LDFLAGS)

CORE_SRC := $(sort $(wildcard core/*/*.c))
CMD_SRC := $(sort $(wildcard cmd/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
FIXTURE_SRC := $(sort $(wildcard tests/fixtures/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
# What fuzz targets may link: the modules that ask no kernel, and the readers
# of packets.
FUZZ_CORE := $(sort $(foreach m,base event config scenario normalise fingerprint baseline \
	compare report,$(wildcard core/$(m)/*.c)) $(addprefix core/netcap/,sockaddr.c dns.c \
	payload.c datagram.c http.c http_hosts.c http2.c hpack.c socks.c tls.c quic.c packet.c reassembly.c))
FUZZ_SECONDS ?= 300

CORE_OBJ := $(CORE_SRC:%.c=$(BUILD)/obj/%.o)
CMD_OBJ := $(CMD_SRC:%.c=$(BUILD)/obj/%.o)
# What unit tests of cmd/ may link: everything but main().
CMD_LIB_OBJ := $(filter-out $(BUILD)/obj/cmd/main.o,$(CMD_OBJ))
UNITS := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)
FUZZERS := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzzers/%)
FIXTURES := $(FIXTURE_SRC:tests/fixtures/%.c=$(BUILD)/fixtures/%)

all: $(BUILD)/behavdiff $(BUILD)/behavdiff.1 ## build build/behavdiff

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' \
		Makefile

# Order-only: the check costs a few milliseconds and installs only what is
# missing.
.PHONY: deps deps-test
deps: ## install what the build needs and is missing
	@sh .ci/deps build
# Behind `deps`: two apt-get at once refuse each other.
deps-test: deps ## install what the tests need and is missing
	@sh .ci/deps build test

$(BUILD)/obj/%.o: %.c | deps
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

# The assembler reads these two into the object; -MMD does not see it.
$(BUILD)/obj/core/report/page.o: core/report/page.css core/report/page.js

$(BUILD)/libcore.a: $(CORE_OBJ)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^

$(BUILD)/libcmd.a: $(CMD_LIB_OBJ)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^

$(BUILD)/behavdiff.1: cmd/manual.awk core/report/formats.def \
		core/event/limits.def core/trace/limits.def core/trace/syscalls.def \
		core/trace/refusals.def core/compare/rules.def cmd/behavdiff.1
	$(call say,MAN,$@)
	@mkdir -p $(@D)
	$(Q)awk -f $^ >$@

$(BUILD)/behavdiff: $(CMD_OBJ) $(BUILD)/libcore.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $^ $(PKG_LIBS) -o $@

$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libcmd.a $(BUILD)/libcore.a | deps-test
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CPPFLAGS_ALL) -std=gnu17 $(OPT) $(WARN_UNIT) $(HARDEN) \
		$(CFLAGS) -MMD -MP $(LDFLAGS_ALL) $< \
		$(BUILD)/libcmd.a $(BUILD)/libcore.a $(PKG_LIBS) -lcmocka -o $@

# Fixtures are what is traced, not what is shipped: no hardening, no sanitizer.
$(BUILD)/fixtures/%: tests/fixtures/%.c tests/fixtures/fixture.h | deps
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -std=gnu17 -O1 -g -Wall -Wextra -D_GNU_SOURCE -I. $< -lpthread -o $@

# The sandbox for another tracer: see tests/oracle/README.md.
$(BUILD)/oracle/sandbox: tests/oracle/sandbox.c $(BUILD)/libcore.a | deps-test
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP $(LDFLAGS_ALL) $< \
		$(BUILD)/libcore.a $(PKG_LIBS) -o $@

# behavdiff whose runs can be kept and taken again: tests/null/README.md.
$(BUILD)/replay/replay: tests/replay/replay.c $(CMD_OBJ) $(BUILD)/libcore.a | deps-test
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP $(LDFLAGS_ALL) \
		-Wl,--wrap=pool_run $< $(CMD_OBJ) $(BUILD)/libcore.a \
		$(PKG_LIBS) -o $@

# Built by `make fuzzers` with clang, in a build of its own.
$(BUILD)/libfuzzed.a: $(FUZZ_CORE:%.c=$(BUILD)/obj/%.o)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^

$(BUILD)/fuzzers/%: tests/fuzz/%.c $(BUILD)/libfuzzed.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP \
		-fsanitize=fuzzer,address,undefined $< $(BUILD)/libfuzzed.a \
		$(PKG_LIBS) -o $@

-include $(CORE_OBJ:.o=.d) $(CMD_OBJ:.o=.d) $(UNITS:=.d) $(FUZZERS:=.d) \
	$(BUILD)/oracle/sandbox.d $(BUILD)/replay/replay.d

units: $(UNITS) ## build the unit tests
fixtures: $(FIXTURES) ## build the programs that the tests trace

TEST_TOOLS := $(BUILD)/oracle/sandbox $(BUILD)/bench/compare \
	$(BUILD)/replay/replay
check: deps-test all units fixtures $(TEST_TOOLS) ## run every test
	@BUILD=$(BUILD) LEAVE_OUT="$(LEAVE_OUT)" sh tests/run

null: all deps-test $(BUILD)/replay/replay ## compare each sample program 200 times with itself
	@NULL_COUNT=10 NULL_RUNS=56 NULL_REPLAYS=180 NULL_KEEP=$(BUILD)/null \
		BUILD=$(BUILD) sh tests/system/null.sh

twins: all deps-test $(BUILD)/replay/replay ## compare each of them 60 times with each evil twin of it
	@TWINS_COUNT=1 TWINS_REPLAYS=59 NULL_KEEP=$(BUILD)/twins \
		BUILD=$(BUILD) sh tests/system/twins.sh

kernels: all fixtures deps-test $(BUILD)/oracle/sandbox ## run tests under other kernels and on arm64, in qemu
	@sh .ci/deps kernels
	@BUILD=$(BUILD) sh tests/kernels/run $(KERNELS)

demo: all ## compare two of the sample implementations
	@sh .ci/deps demo
	@BUILD=$(BUILD) sh tests/implementations/demo

baseline: all ## trace HEAD and write baselines/default.json
	$(BUILD)/behavdiff baseline update

gate: all ## check the work tree against baselines/default.json
	$(BUILD)/behavdiff check

# Lints read files, fuzz targets are sanitized anyway, a benchmark judges nothing,
# the null comparisons and twins repeat with other programs what samples.sh does,
# the oracle with another judge what fixtures.sh does, and the scenarios with
# programs that take their time what verdicts.sh does.
sanitize: ## build with ASan and UBSan into build/san and run the tests
	$(MAKE) BUILD=build/san SANITIZE=address,undefined OPT='-O1 -g' \
		LEAVE_OUT="$(notdir $(wildcard tests/lint/*.sh)) fuzz.sh \
		bench.sh null.sh twins.sh oracle.sh scenarios.sh" check

.PHONY: fuzz fuzzers all-fuzzers
fuzzers: ## build the fuzz targets with clang into build/fuzz
	$(MAKE) BUILD=build/fuzz CC=clang OPT='-O2 -g' \
		SANITIZE=fuzzer-no-link,address,undefined all-fuzzers
all-fuzzers: $(FUZZERS)

fuzz: fuzzers ## fuzz every target for FUZZ_SECONDS (300)
	@sh tests/fuzz/run -max_total_time=$(FUZZ_SECONDS)

# A benchmark, not a test: ratios, taken side by side.  BENCH_ROUNDS=1 with
# --small in BENCH_FLAGS shows that it works.
BENCH_ROUNDS ?= 9
BENCH_FLAGS ?=
$(BUILD)/bench/%: tests/bench/%.c $(BUILD)/libcore.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP $(LDFLAGS_ALL) $< \
		$(BUILD)/libcore.a $(PKG_LIBS) -o $@

bench: all $(BUILD)/bench/compare ## measure against native, strace and bpftrace, write build/bench.json and .svg
	@sh .ci/deps bench
	@BUILD=$(BUILD) /usr/bin/python3 tests/bench/bench.py \
		--rounds $(BENCH_ROUNDS) $(BENCH_FLAGS) \
		--against tests/bench/recorded.json \
		--json $(BUILD)/bench.json --svg $(BUILD)/bench.svg

install: all ## install below DESTDIR/PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d \
		$(DESTDIR)$(PREFIX)/share/behavdiff/schemas
	install -m 755 $(BUILD)/behavdiff $(DESTDIR)$(PREFIX)/bin/behavdiff
	install -m 644 $(BUILD)/behavdiff.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 cmd/behavdiff-config.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	put() { $(BUILD)/behavdiff completion $$1 >$$2 && chmod 644 $$2; } && \
	share=$(DESTDIR)$(PREFIX)/share && \
	put bash $$share/bash-completion/completions/behavdiff && \
	put zsh $$share/zsh/site-functions/_behavdiff && \
	put fish $$share/fish/vendor_completions.d/behavdiff.fish
	install -m 644 baselines/*.schema.json \
		$(DESTDIR)$(PREFIX)/share/behavdiff/schemas/

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/behavdiff \
		$(DESTDIR)$(PREFIX)/share/man/man1/behavdiff.1 \
		$(DESTDIR)$(PREFIX)/share/man/man5/behavdiff-config.5 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/behavdiff \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_behavdiff \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/behavdiff.fish
	rm -rf $(DESTDIR)$(PREFIX)/share/behavdiff

screenshot: all ## take pictures of a report for documentation
	@BUILD=$(BUILD) sh tests/system/screenshot

clean: ## remove build/, or BUILD=DIR
	rm -rf $(BUILD)

.PHONY: all help units fixtures check null twins kernels demo baseline gate sanitize bench install uninstall screenshot clean

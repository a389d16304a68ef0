#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A database, by rollback journal and by write-ahead log.
sqlite3 chat.db 'create table t (i); insert into t values (1);'
sqlite3 chat.db 'pragma journal_mode=wal; insert into t values (2);
	select * from t;'

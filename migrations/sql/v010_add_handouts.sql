-- What was handed out to remote workers lately, of names whose task definition limits the rate.
CREATE TABLE handouts(
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    PRIMARY KEY(name, at)
) STRICT, WITHOUT ROWID;

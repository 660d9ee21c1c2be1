package outbox

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/test/golden"
)

// TestNewestLayout: an empty database gets at once what all steps would have made of it, and
// what they would have stored in it.
func TestNewestLayout(t *testing.T) {
	stepped := emptyDatabase(t)
	for i, step := range schema() {
		if err := inOne(t.Context(), stepped, step); err != nil {
			t.Fatalf("step %d: %v", i+1, err)
		}
	}
	if _, err := stepped.ExecContext(t.Context(), fmt.Sprintf("PRAGMA user_version = %d", len(schema()))); err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "../newest.sql", []byte(layoutOf(t, stepped)))

	if golden.Updating() {
		return // this binary has the file of before
	}
	atOnce := emptyDatabase(t)
	if err := migrate(t.Context(), atOnce); err != nil {
		t.Fatal(err)
	}
	if got := layoutOf(t, atOnce); got != newest {
		t.Errorf("an empty database gets\n%s\nwant\n%s", got, newest)
	}
}

func emptyDatabase(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "b.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// layoutOf writes a database down as statements that make it: its tables and indexes in the
// order in which they were made, their rows, and the number of the layout.
func layoutOf(t *testing.T, db *sql.DB) string {
	t.Helper()
	out := "-- The newest layout, written from its steps (schema.go); do not edit.\n"
	var tables []string
	for _, row := range rowsOf(t, db, `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid`) {
		if row[0] == "table" {
			tables = append(tables, fmt.Sprint(row[1]))
		}
		out += fmt.Sprint(row[2]) + ";\n"
	}
	for _, table := range tables {
		for _, row := range rowsOf(t, db, "SELECT * FROM "+table) {
			values := make([]string, len(row))
			for i, v := range row {
				values[i] = fmt.Sprintf("%d", v) // so far the steps store numbers alone
			}
			out += fmt.Sprintf("INSERT INTO %s VALUES (%s);\n", table, strings.Join(values, ", "))
		}
	}
	return out + fmt.Sprintf("PRAGMA user_version = %d;\n", rowsOf(t, db, "PRAGMA user_version")[0][0])
}

func rowsOf(t *testing.T, db *sql.DB, question string) (out [][]any) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), question)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		row := make([]any, len(names))
		into := make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		out = append(out, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

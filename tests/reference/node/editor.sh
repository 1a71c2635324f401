#!/bin/sh
# An editor that does what EDIT_MODE says; EDIT_COUNTER is a file that counts how often it was started.
count=$(($(cat "$EDIT_COUNTER" 2>/dev/null || echo 0) + 1))
echo "$count" > "$EDIT_COUNTER"
case "$EDIT_MODE" in
same) ;;
fail) exit 3 ;;
broken) echo "<broken" > "$1" ;;
memory) sed -i 's/8192/9216/; s/524288/528384/' "$1" ;;
unknown-element) sed -i 's/<memory/<unknown\/><memory/' "$1" ;;
lines) printf 'line one\n\nline two\n' > "$1" ;;
esac

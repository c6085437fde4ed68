// What libyaml, the C library within Yams, can bound and Yams does not offer.
#ifndef WEIR_CYAMLLIMITS_H
#define WEIR_CYAMLLIMITS_H

#include <stdbool.h>
#include <stddef.h>

/// Makes every parser of the process refuse a collection within `levels - 1` others, with the error "Maximum nesting
/// level reached". Without it the limit is 1,000, and each token costs as much as there are open brackets.
void cyamllimits_depth(int levels);

/// Whether the first document of a UTF-8 text has more than `most` nodes, keys counted, aliases not followed; then
/// `line` and `column`, from 1, say where the first is that is too many. Takes little memory, whatever the text, and
/// stops there. A text that is not YAML has as many as stand before its fault.
bool cyamllimits_has_more_nodes(const char *text, size_t bytes, size_t most, size_t *line, size_t *column);

#endif

// What the YAML library of Yams can and Yams does not offer.
#ifndef WEIR_CYAMLDEPTH_H
#define WEIR_CYAMLDEPTH_H

/// Makes every parser of the process refuse a collection within `levels - 1` others, with the error "Maximum nesting
/// level reached". Without it the limit is 1,000, and each token costs as much as there are open brackets.
void cyamldepth_limit(int levels);

#endif

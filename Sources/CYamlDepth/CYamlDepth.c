#include "CYamlDepth.h"

// Of libyaml's yaml.h, which Yams builds but does not export.
void yaml_set_max_nest_level(int max);

void cyamldepth_limit(int levels) { yaml_set_max_nest_level(levels); }

#include "CYamlLimits.h"

#include <yaml.h>

void cyamllimits_depth(int levels) { yaml_set_max_nest_level(levels); }

bool cyamllimits_has_more_nodes(const char *text, size_t bytes, size_t most, size_t *line, size_t *column) {
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) return false;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, bytes);
    size_t nodes = 0;
    bool goes_on = true;
    yaml_event_t event;
    while (goes_on && yaml_parser_parse(&parser, &event)) {
        switch (event.type) {
        case YAML_SCALAR_EVENT:
        case YAML_ALIAS_EVENT:
        case YAML_SEQUENCE_START_EVENT:
        case YAML_MAPPING_START_EVENT:
            nodes++;
            goes_on = nodes <= most;
            *line = event.start_mark.line + 1;
            *column = event.start_mark.column + 1;
            break;
        case YAML_DOCUMENT_END_EVENT:
        case YAML_STREAM_END_EVENT: goes_on = false; break;
        default: break;
        }
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return nodes > most;
}

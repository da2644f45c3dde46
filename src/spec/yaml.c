/* Text -> tree, from libyaml's events and not its documents: those follow a million opening brackets for minutes (its
 * scanner takes time quadratic in the depth), while events let us stop at the first that is too deep. */
#include "internal.h"
#include <string.h>
#include <yaml.h>

enum {
    DEPTH_MAX = 16,      /* a sweep needs 6 */
    ALIAS_NODES = 10000, /* nodes that aliases may add to the text's own */
    KEYS_MAX = 256,      /* of one mapping */
    ANCHORS_MAX = 256
};

typedef struct anchor {
    const char *name;
    spec_node *node;
    bool complete;
    struct anchor *older;
} anchor;

typedef struct yaml_builder {
    spec_reader *reader;
    yaml_parser_t parser;
    const char *text, *source;
    bool in_file;
    size_t budget; /* nodes still allowed: text of n bytes has at most n, so only aliases use it up */
    anchor *anchors;
    size_t anchor_count;
} yaml_builder;

spec_node *spec_node_new(spec_reader *reader, spec_node_kind kind, spec_place place) {
    spec_node *node = spec_alloc(reader, 1, sizeof *node);
    if (node) {
        node->kind = kind;
        node->place = place;
    }
    return node;
}

bool spec_node_append(spec_reader *reader, spec_node *node, spec_node *key, spec_node *item) {
    if (node->count == node->room) {
        size_t room = node->room ? 2 * node->room : 4;
        spec_node **items = spec_alloc(reader, room, sizeof *items);
        spec_node **keys = key ? spec_alloc(reader, room, sizeof *keys) : NULL;
        if (!items || (key && !keys))
            return false;
        if (node->count) {
            memcpy(items, node->items, node->count * sizeof *items);
            if (key)
                memcpy(keys, node->keys, node->count * sizeof *keys);
        }
        node->items = items;
        node->keys = keys;
        node->room = room;
    }
    if (key)
        node->keys[node->count] = key;
    node->items[node->count++] = item;
    return true;
}

spec_node *spec_node_get(const spec_node *mapping, const char *key, size_t *index) {
    for (size_t i = 0; i < mapping->count; i++)
        if (strcmp(mapping->keys[i]->text, key) == 0) {
            if (index)
                *index = i;
            return mapping->items[i];
        }
    return NULL;
}

static spec_place place_of(const yaml_builder *builder, yaml_mark_t mark) {
    return builder->in_file ? (spec_place){builder->source, mark.line + 1, mark.column + 1}
                            : (spec_place){builder->source, 0, 0};
}

/* Character number @p index of @p text; libyaml's marks count these and not bytes. */
static const char *character(const char *text, size_t index) {
    while (*text && (index > 0 || ((unsigned char)*text & 0xc0) == 0x80))
        index -= ((unsigned char)*text++ & 0xc0) != 0x80;
    return text;
}

static void report_libyaml(yaml_builder *builder) {
    const yaml_parser_t *parser = &builder->parser;
    if (parser->error == YAML_MEMORY_ERROR) {
        sb_fail(builder->reader->status, SB_MEMORY, "no memory to parse %s", builder->source);
        builder->reader->no_memory = true;
        return;
    }
    spec_place place = place_of(builder, parser->problem_mark);
    if (parser->error == YAML_READER_ERROR && builder->in_file) /* these have no mark */
        place = spec_place_of(builder->text, parser->problem_offset, builder->source);
    else if (*character(builder->text, parser->problem_mark.index) == '\t') {
        spec_error(builder->reader, place, "", "found a tab; allowed spaces");
        return;
    }
    const char *begun = "";
    if (parser->context && builder->in_file)
        begun = spec_format(builder->reader, " that begins in line %zu", parser->context_mark.line + 1);
    spec_error(builder->reader, place, "",
               "found text that is no YAML: %s%s%s%s; check indentation, brackets and quotes; quote text with ': '",
               parser->problem ? parser->problem : "", parser->context ? ", " : "",
               parser->context ? parser->context : "", begun ? begun : "");
}

static bool next_event(yaml_builder *builder, yaml_event_t *event) {
    if (yaml_parser_parse(&builder->parser, event))
        return true;
    report_libyaml(builder);
    return false;
}

/* @p culprit is named if there are too many nodes by now. */
static spec_node *new_node(yaml_builder *builder, spec_node_kind kind, spec_place place, spec_place culprit) {
    if (builder->budget == 0) {
        spec_error(builder->reader, culprit, "", "found aliases that expand to too much; allowed %d more values",
                   ALIAS_NODES);
        return NULL;
    }
    builder->budget--;
    return spec_node_new(builder->reader, kind, place);
}

static spec_node *copy_node(yaml_builder *builder, const spec_node *original, size_t depth, spec_place alias) {
    if (depth > DEPTH_MAX) {
        spec_error(builder->reader, alias, "", "found an alias more than %d levels deep", DEPTH_MAX);
        return NULL;
    }
    spec_node *copy = new_node(builder, original->kind, original->place, alias);
    if (!copy)
        return NULL;
    copy->text = original->text;
    copy->quoted = original->quoted;
    for (size_t i = 0; i < original->count; i++) {
        spec_node *item = copy_node(builder, original->items[i], depth + 1, alias);
        if (!item || !spec_node_append(builder->reader, copy, original->keys ? original->keys[i] : NULL, item))
            return NULL;
    }
    return copy;
}

static spec_node *alias_node(yaml_builder *builder, const yaml_event_t *event, size_t depth) {
    spec_place place = place_of(builder, event->start_mark);
    const char *name = (const char *)event->data.alias.anchor;
    const anchor *found = builder->anchors;
    while (found && strcmp(found->name, name) != 0)
        found = found->older;
    if (!found)
        spec_error(builder->reader, place, "", "found the alias *%s; allowed names of anchors before it", name);
    else if (!found->complete)
        spec_error(builder->reader, place, "", "found the alias *%s inside its own anchor", name);
    else
        return copy_node(builder, found->node, depth, place);
    return NULL;
}

/* Enters @p node under its anchor, if it has one. There are few, because an alias looks through all of them: 50000 of
 * either took 12 s. */
static bool remember(yaml_builder *builder, const yaml_char_t *name, spec_node *node, anchor **entry) {
    *entry = NULL;
    if (!name)
        return true;
    if (builder->anchor_count++ == ANCHORS_MAX) {
        spec_error(builder->reader, node->place, "", "found more than %d anchors", ANCHORS_MAX);
        return false;
    }
    *entry = spec_alloc(builder->reader, 1, sizeof **entry);
    const char *copy = spec_format(builder->reader, "%s", (const char *)name);
    if (!*entry || !copy)
        return false;
    **entry = (anchor){.name = copy, .node = node, .older = builder->anchors};
    builder->anchors = *entry;
    return true;
}

static bool is_null(const char *text) {
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        if (strcmp(text, nulls[i]) == 0)
            return true;
    return false;
}

static spec_node *scalar_node(yaml_builder *builder, const yaml_event_t *event) {
    const char *text = (const char *)event->data.scalar.value;
    spec_place place = place_of(builder, event->start_mark);
    if (strlen(text) != event->data.scalar.length) {
        spec_error(builder->reader, place, "", "found text with a zero byte in it");
        return NULL;
    }
    spec_node *node = new_node(builder, SPEC_SCALAR, place, place);
    if (!node)
        return NULL;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->text = spec_format(builder->reader, "%s", text);
    if (!node->text)
        return NULL;
    if (!node->quoted && is_null(text))
        node->kind = SPEC_NULL;
    return node;
}

static bool check_key(yaml_builder *builder, const spec_node *mapping, const spec_node *key) {
    size_t first;
    if (key->kind != SPEC_SCALAR) {
        spec_error(builder->reader, key->place, "", "found %s as a key; allowed a name",
                   spec_found(builder->reader, key));
        return false;
    }
    if (spec_node_get(mapping, key->text, &first)) {
        spec_place earlier = mapping->keys[first]->place;
        if (earlier.line)
            spec_error(builder->reader, key->place, key->text, "found this key a second time; first in line %zu",
                       earlier.line);
        else
            spec_error(builder->reader, key->place, key->text, "found this key a second time");
        return false;
    }
    if (mapping->count == KEYS_MAX)
        spec_error(builder->reader, key->place, "", "found more than %d keys in one mapping", KEYS_MAX);
    return mapping->count < KEYS_MAX;
}

static spec_node *build(yaml_builder *builder, const yaml_event_t *event, size_t depth);

/* Reads the next event and what it begins. NULL with *ended at the end of the collection. */
static spec_node *build_next(yaml_builder *builder, size_t depth, bool *ended) {
    yaml_event_t event;
    *ended = false;
    if (!next_event(builder, &event))
        return NULL;
    *ended = event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT;
    spec_node *node = *ended ? NULL : build(builder, &event, depth);
    yaml_event_delete(&event);
    return node;
}

/* A bad key and its value are left out, so that the rest is still checked. */
static bool build_items(yaml_builder *builder, spec_node *node, size_t depth) {
    for (;;) {
        bool ended;
        spec_node *key = NULL, *item = build_next(builder, depth, &ended);
        if (!item)
            return ended;
        bool good = true;
        if (node->kind == SPEC_MAPPING) {
            key = item;
            good = check_key(builder, node, key);
            if (!good && node->count == KEYS_MAX)
                return false;
            item = build_next(builder, depth, &ended);
        }
        if (!item || (good && !spec_node_append(builder->reader, node, key, item)))
            return false;
    }
}

static spec_node *collection_node(yaml_builder *builder, const yaml_event_t *event, size_t depth) {
    bool list = event->type == YAML_SEQUENCE_START_EVENT;
    spec_place place = place_of(builder, event->start_mark);
    if (depth > DEPTH_MAX) {
        spec_error(builder->reader, place, "", "found more than %d levels, one in the other", DEPTH_MAX);
        return NULL;
    }
    spec_node *node = new_node(builder, list ? SPEC_LIST : SPEC_MAPPING, place, place);
    anchor *entry;
    if (!node ||
        !remember(builder, list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor, node, &entry) ||
        !build_items(builder, node, depth + 1))
        return NULL;
    if (entry)
        entry->complete = true;
    return node;
}

static const yaml_char_t *tag_of(const yaml_event_t *event) {
    return event->type == YAML_SCALAR_EVENT           ? event->data.scalar.tag
           : event->type == YAML_SEQUENCE_START_EVENT ? event->data.sequence_start.tag
           : event->type == YAML_MAPPING_START_EVENT  ? event->data.mapping_start.tag
                                                      : NULL;
}

static spec_node *build(yaml_builder *builder, const yaml_event_t *event, size_t depth) {
    if (tag_of(event)) {
        spec_error(builder->reader, place_of(builder, event->start_mark), "",
                   "found the tag %s; allowed plain YAML without tags", (const char *)tag_of(event));
        return NULL;
    }
    if (event->type == YAML_ALIAS_EVENT)
        return alias_node(builder, event, depth);
    if (event->type != YAML_SCALAR_EVENT)
        return collection_node(builder, event, depth);
    anchor *entry;
    spec_node *node = scalar_node(builder, event);
    if (!node || !remember(builder, event->data.scalar.anchor, node, &entry))
        return NULL;
    if (entry)
        entry->complete = true;
    return node;
}

/* The stream: its start, one document, its end. */
static spec_node *build_stream(yaml_builder *builder) {
    spec_node *root = NULL;
    for (;;) {
        yaml_event_t event;
        if (!next_event(builder, &event))
            return NULL;
        yaml_event_type_t type = event.type;
        bool second = type == YAML_DOCUMENT_START_EVENT && root;
        bool content = type == YAML_ALIAS_EVENT || type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT ||
                       type == YAML_MAPPING_START_EVENT;
        if (second)
            spec_error(builder->reader, place_of(builder, event.start_mark), "",
                       "found a second document; allowed one in a file");
        if (content)
            root = build(builder, &event, 0);
        yaml_event_delete(&event);
        if (second || (content && !root))
            return NULL;
        if (type == YAML_STREAM_END_EVENT)
            return root ? root : spec_node_new(builder->reader, SPEC_NULL, place_of(builder, (yaml_mark_t){0}));
    }
}

spec_node *spec_yaml(spec_reader *reader, const char *text, size_t length, const char *source, bool in_file) {
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* libyaml counts a byte order mark as indentation */
        text += 3;
        length -= 3;
    }
    yaml_builder builder = {
        .reader = reader, .text = text, .source = source, .in_file = in_file, .budget = length + ALIAS_NODES};
    if (!yaml_parser_initialize(&builder.parser)) {
        sb_fail(reader->status, SB_MEMORY, "no memory to parse %s", source);
        reader->no_memory = true;
        return NULL;
    }
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&builder.parser, (const unsigned char *)text, length);
    spec_node *root = build_stream(&builder);
    yaml_parser_delete(&builder.parser);
    return root;
}

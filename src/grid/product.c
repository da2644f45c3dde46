#include "product.h"

void sb_product_append(sb_product *product, const sb_axis *axis) {
    product->axes[product->axis_count++] = axis;
    if (__builtin_mul_overflow(product->count, axis->length, &product->count))
        product->count = UINT64_MAX;
}

bool sb_product_touches(const sb_axis *axis, const char *const *paths) {
    for (; *paths; paths++)
        if (sb_axis_touches(axis, *paths))
            return true;
    return false;
}

sb_product sb_product_touching(const sb_sweep *sweep, const char *const *paths) {
    sb_product product = {.count = 1};
    for (size_t i = 0; i < sweep->axis_count; i++)
        if (sb_product_touches(&sweep->axes[i], paths))
            sb_product_append(&product, &sweep->axes[i]);
    return product;
}

uint64_t sb_product_stride(const sb_product *product, size_t axis) {
    uint64_t stride = 1;
    for (size_t i = axis + 1; i < product->axis_count; i++)
        stride *= product->axes[i]->length;
    return stride;
}

void sb_product_unravel(const sb_product *product, uint64_t point, size_t *index) {
    for (size_t i = product->axis_count; i-- > 0;) {
        index[i] = (size_t)(point % product->axes[i]->length);
        point /= product->axes[i]->length;
    }
}

void sb_product_apply(const sb_product *product, uint64_t point, sb_settings *settings) {
    size_t index[SB_AXES_MAX];
    sb_product_unravel(product, point, index);
    for (size_t i = 0; i < product->axis_count; i++) {
        const sb_axis *axis = product->axes[i];
        for (size_t j = 0; j < axis->member_count; j++)
            sb_field_set(axis->members[j].field, settings, axis->members[j].values[index[i]]);
    }
}

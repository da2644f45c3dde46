#include "products.h"

#include <blis.h>

/* BLIS takes its operands without const and reads them alone. */
void sb_row_products(const float *a, size_t rows, const float *b, size_t columns, size_t width, float *c) {
    float one = 1, zero = 0;
    inc_t stride = (inc_t)width;
    bli_sgemm(BLIS_NO_TRANSPOSE, BLIS_TRANSPOSE, (dim_t)rows, (dim_t)columns, (dim_t)width, &one, (float *)a, stride, 1,
              (float *)b, stride, 1, &zero, c, (inc_t)columns, 1);
}

/* One function of microkernel_x86.c, which defines before it includes this:
 *   NAME, TARGET       the function and its instruction set
 *   ROWS, COUNT        vectors that are summed in registers: one for each broadcast number, so many side by side
 *   LANES, REGISTER, OP(operation)   a vector register and its intrinsics
 *   MASK(activations, values)        values where activations are not 0
 *   B_STEP, C_STEP, SUMS_STEP        from one vector to the next in b, in c and in a row of the epilogue's sums
 * It computes ROWS rows of a tile from number `first` on. The loops over rows and vectors are unrolled, so that the
 * sums stay in registers. */
TARGET static void NAME(const sb_tile *tile, size_t first) {
    const float *a = tile->a + first, *b = tile->b;
    const size_t stride = tile->stride, start = first * stride;
    const sb_epilogue *epilogue = &tile->epilogue;
    REGISTER sums[ROWS][COUNT];
    for (size_t r = 0; r < ROWS; r++)
        for (size_t v = 0; v < COUNT; v++)
            sums[r][v] = tile->before ? OP(loadu_ps)(tile->before + start + r * stride + v * C_STEP) : OP(setzero_ps)();
    for (size_t k = tile->k; k > 0; k--, a += VECTOR, b += VECTOR) {
        REGISTER right[COUNT];
        for (size_t v = 0; v < COUNT; v++)
            right[v] = OP(load_ps)(b + v * B_STEP);
#pragma GCC unroll 8
        for (size_t r = 0; r < ROWS; r++) {
            REGISTER left = OP(set1_ps)(a[r]);
            for (size_t v = 0; v < COUNT; v++)
                sums[r][v] = OP(fmadd_ps)(left, right[v], sums[r][v]);
        }
    }
    if (epilogue->biases)
        for (size_t r = 0; r < ROWS; r++)
            for (size_t v = 0; v < COUNT; v++)
                sums[r][v] = OP(add_ps)(sums[r][v], OP(set1_ps)(epilogue->biases[first + r]));
    if (epilogue->relu)
        for (size_t r = 0; r < ROWS; r++)
            for (size_t v = 0; v < COUNT; v++)
                sums[r][v] = OP(max_ps)(OP(setzero_ps)(), sums[r][v]); /* of a NaN, the second is taken */
    if (epilogue->activations)
        for (size_t r = 0; r < ROWS; r++)
            for (size_t v = 0; v < COUNT; v++)
                sums[r][v] = MASK(OP(loadu_ps)(epilogue->activations + start + r * stride + v * C_STEP), sums[r][v]);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t v = 0; v < COUNT; v++)
            OP(storeu_ps)(tile->c + start + r * stride + v * C_STEP, sums[r][v]);
    if (epilogue->sums)
        for (size_t r = 0; r < ROWS; r++)
            for (size_t v = 0; v < COUNT; v++) {
                float *row = epilogue->sums + (first + r) * VECTOR + v * SUMS_STEP;
                OP(storeu_ps)(row, OP(add_ps)(OP(loadu_ps)(row), sums[r][v]));
            }
}

#undef NAME
#undef ROWS
#undef COUNT

#include "microkernel.h"

#include <blis.h>
#include <string.h>

#ifdef SPECBIAS_BLIS_MICROKERNELS

typedef void (*blis_function)(dim_t m, dim_t n, dim_t k, float *alpha, float *a, float *b, float *beta, float *c,
                              inc_t row_stride, inc_t column_stride, auxinfo_t *auxinfo, cntx_t *context);

/* The same operands once more: what is next is in the cache anyway. BLIS does not write to its const operands. */
static auxinfo_t next_operands(const float *a, const float *b) {
    auxinfo_t next;
    memset(&next, 0, sizeof next);
    bli_auxinfo_set_next_a((float *)a, &next);
    bli_auxinfo_set_next_b((float *)b, &next);
    return next;
}

/* The vectors are columns of BLIS's tile. */
static void multiply_by_rows(const sb_microkernel *kernel, const sb_tile *tile) {
    float one = 1, beta = tile->before != NULL;
    auxinfo_t next = next_operands(tile->a, tile->b);
    ((blis_function)kernel->function)((dim_t)kernel->broadcast, (dim_t)kernel->vector, (dim_t)tile->k, &one,
                                      (float *)tile->a, (float *)tile->b, &beta, tile->c, (inc_t)tile->stride, 1, &next,
                                      kernel->context);
}

/* The vectors are rows of BLIS's tile. */
static void multiply_by_columns(const sb_microkernel *kernel, const sb_tile *tile) {
    float one = 1, beta = tile->before != NULL;
    auxinfo_t next = next_operands(tile->b, tile->a);
    ((blis_function)kernel->function)((dim_t)kernel->vector, (dim_t)kernel->broadcast, (dim_t)tile->k, &one,
                                      (float *)tile->b, (float *)tile->a, &beta, tile->c, 1, (inc_t)tile->stride, &next,
                                      kernel->context);
}

bool sb_microkernel_knows_blis(void) {
    return true;
}

bool sb_microkernel_blis(sb_microkernel *kernel) {
    bli_init();
    cntx_t *context = bli_gks_query_cntx();
    size_t rows = (size_t)bli_cntx_get_blksz_def_dt(BLIS_FLOAT, BLIS_MR, context);
    size_t columns = (size_t)bli_cntx_get_blksz_def_dt(BLIS_FLOAT, BLIS_NR, context);
    bool by_columns = bli_cntx_l3_nat_ukr_prefers_cols_dt(BLIS_FLOAT, BLIS_GEMM_UKR, context);
    *kernel = (sb_microkernel){
        .broadcast = by_columns ? columns : rows,
        .vector = by_columns ? rows : columns,
        .panels = 1,
        .multiply = by_columns ? multiply_by_columns : multiply_by_rows,
        .function = (void (*)(void))bli_cntx_get_l3_nat_ukr_dt(BLIS_FLOAT, BLIS_GEMM_UKR, context),
        .context = context,
    };
    return kernel->vector % 8 == 0 && rows == (size_t)bli_cntx_get_blksz_max_dt(BLIS_FLOAT, BLIS_MR, context) &&
           columns == (size_t)bli_cntx_get_blksz_max_dt(BLIS_FLOAT, BLIS_NR, context);
}

#else

bool sb_microkernel_knows_blis(void) {
    return false;
}

bool sb_microkernel_blis(sb_microkernel *kernel) {
    (void)kernel;
    return false;
}

#endif

/* Unlike processors agree on a sub-configuration of BLIS that all of them run, or the user chooses one for them: where
 * that is one without AVX2, of a BLIS that could do with it, ours would give other bits on those that have AVX2. */
static bool is_without_avx2(arch_t architecture) {
#ifdef BLIS_CONFIG_HASWELL
    const arch_t without[] = {BLIS_ARCH_SANDYBRIDGE, BLIS_ARCH_PENRYN,    BLIS_ARCH_BULLDOZER, BLIS_ARCH_PILEDRIVER,
                              BLIS_ARCH_STEAMROLLER, BLIS_ARCH_EXCAVATOR, BLIS_ARCH_GENERIC};
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (architecture == without[i])
            return true;
#endif
    (void)architecture;
    return false;
}

bool sb_microkernel_best(sb_microkernel *kernel) {
    bli_init();
    if (is_without_avx2(bli_arch_query_id()))
        return sb_microkernel_blis(kernel);
    return sb_microkernel_avx512(kernel) || sb_microkernel_avx2(kernel) || sb_microkernel_blis(kernel);
}

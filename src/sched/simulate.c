#include <specbias/sched.h>
#include <stdlib.h>

/* Restores the binary heap free_at[count], smallest first, after its root has grown. */
static void sift_down(double *free_at, size_t count) {
    const double root = free_at[0];
    size_t hole = 0;
    for (size_t child = 1; child < count; child = 2 * hole + 1) {
        if (child + 1 < count && free_at[child + 1] < free_at[child])
            child++;
        if (free_at[child] >= root)
            break;
        free_at[hole] = free_at[child];
        hole = child;
    }
    free_at[hole] = root;
}

sb_code sb_order_simulate(const sb_order *order, size_t ranks, double *makespan, double *efficiency,
                          sb_status *status) {
    double *free_at = sb_array(ranks, sizeof *free_at, "the simulated ranks", status);
    if (!free_at)
        return SB_MEMORY;
    *makespan = 0;
    const uint64_t count = sb_order_count(order);
    for (uint64_t ticket = 0; ticket < count; ticket++) {
        free_at[0] += sb_order_cost(order, ticket);
        if (free_at[0] > *makespan)
            *makespan = free_at[0];
        sift_down(free_at, ranks);
    }
    *efficiency = *makespan > 0 ? sb_order_total(order) / ((double)ranks * *makespan) : 1;
    free(free_at);
    return SB_OK;
}

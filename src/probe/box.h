/** @file box.h
 * The network as a function of the one or two coordinates that its encoding is given, on a grid of points of a line or
 * a square.
 */
#ifndef SPECBIAS_PROBE_BOX_H
#define SPECBIAS_PROBE_BOX_H

#include <specbias/probe.h>

/** Points low + i (high - low) / points along each coordinate, i = 0 .. points - 1; with @p closed the last one is
 * high: the division is by points - 1. Row-major, the first coordinate (x) running fastest. */
typedef struct sb_box {
    double low, high;
    size_t points;
    bool closed;
} sb_box;

/** Coordinate number @p i of 0 .. points - 1. */
double sb_box_coordinate(const sb_box *box, size_t i);

enum { SB_BOX_PART = 1024 }; /**< most points that are evaluated at once */

typedef struct sb_box_network sb_box_network;

sb_code sb_box_network_create(const sb_settings *settings, sb_box_network **network, sb_status *status);
void sb_box_network_destroy(sb_box_network *network);

/** Bytes that sb_box_network_create allocates. */
size_t sb_box_network_bytes(const sb_settings *settings);

/** Outputs f[count][outputs] of the network of @p view at points number first .. first + count - 1, count at most
 * SB_BOX_PART, computed on view->scratch, which holds the parameters. Fails as sb_encode and sb_network_forward do. */
sb_code sb_box_evaluate(const sb_box_network *network, const sb_probe_view *view, const sb_box *box, size_t first,
                        size_t count, const float **f, sb_status *status);

#endif

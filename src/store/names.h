/* Names and numbers of the file format, in one place. */
#ifndef SPECBIAS_STORE_NAMES_H
#define SPECBIAS_STORE_NAMES_H

#define SB_FORMAT_NAME       "specbias"
#define SB_GROUP_TRIAL       "trial"
#define SB_GROUP_RUNS        "provenance"
#define SB_LENGTH_SUFFIX     "_length" /* dimension of a text's characters: char label(n, label_length) */
#define SB_ATTRIBUTE_TITLE   "title"
#define SB_ATTRIBUTE_FORMAT  "format"
#define SB_ATTRIBUTE_VERSION "format_version"
#define SB_ATTRIBUTE_SWEEP   "sweep_identity"

#define SB_PATH_FILLED    "/provenance/filled"    /* 1 once every slot has been filled */
#define SB_PATH_RUNS      "/provenance/runs"      /* runs so far; may exceed the rows */
#define SB_PATH_SWEEP     "/provenance/sweep"     /* text of the sweep file */
#define SB_PATH_OVERRIDES "/provenance/overrides" /* the --set arguments, one a line */
#define SB_PATH_DATA      "/provenance/data"      /* files that the sweep names, one a line: field, digest, path */
#define SB_PATH_CREATOR   "/provenance/creator"   /* on whom the bytes of the image depend */

enum {
    SB_FORMAT_VERSION = 1,
    SB_IDENTITY_LENGTH = 32, /* hexadecimal digits of a trial's identity */
    SB_RUN_ROWS = 256        /* rows for runs; the last is reused when they are full */
};

#endif

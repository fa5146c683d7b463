/* segment: types of the segments of bs_create_bin, as the translator writes them into code and the interpreter reads them:
 *   [type 8 | flags 8 | unit 16 | number 32][value, or bytes][size]
 */
#ifndef LING_SEGMENT_H
#define LING_SEGMENT_H

enum segment_type {
    SEG_INTEGER,
    SEG_FLOAT,
    SEG_BINARY,
    SEG_BINARY_ALL,
    SEG_STRING,
    SEG_UTF8,
    SEG_UTF16,
    SEG_UTF32,
    SEG_APPEND,
    SEG_PRIVATE_APPEND
};
enum { SEGMENT_WORDS = 3 };

#endif

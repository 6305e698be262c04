#ifndef KINDRED_START_H
#define KINDRED_START_H

/* The number of threads, at most `wanted`, that the system lets this process have beside those it has, tried out
   by making them all at once. */
int kindred_possible_threads(int wanted);

/* 1 when so many bytes of address space can be had at once, else 0; they are given back. */
int kindred_has_address_space(unsigned long byte_count);

#endif

// SPDX-License-Identifier: MIT OR Apache-2.0
// draw JSON SVG: the picture of what tracing costs, for the README, from what bench/speed wrote.
#include <exception>
#include <fstream>
#include <iostream>

#include "bench/harness/speed_chart.h"
#include "support/io.h"

int main(int argc, char** argv) {
    namespace bench = exectap::bench;
    namespace test = exectap::test;
    if (argc != 3) {
        std::cerr << "draw: takes the JSON of bench/speed and the SVG to write\n";
        return 2;
    }
    try {
        test::write_file(argv[2], bench::draw(bench::speed_chart(test::read_file(argv[1]))));
    } catch (const std::exception& error) {
        std::cerr << "draw: " << error.what() << '\n';
        return 1;
    }
}

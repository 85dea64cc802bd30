#include "tools/cli.hpp"

int main(int argc, char** argv) { return lightstick::tools::run(argc, argv); }

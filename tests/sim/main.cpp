#include "tests/sim/campaign.hpp"

int main(int argc, char** argv) { return lightstick::sim::run_program(argc, argv); }

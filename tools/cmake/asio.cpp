// The one place where the bodies of Asio and Beast are compiled (see lightstick_dependencies.cmake).
#include <utility>

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>

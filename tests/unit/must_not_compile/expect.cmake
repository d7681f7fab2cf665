# Compiles SOURCE without output; it must fail, unless EXPECT is "compiles".
string(REPLACE "|" ";" flags "${DIRECTORIES}")
list(TRANSFORM flags PREPEND -I)
execute_process(COMMAND ${COMPILER} ${flags} -std=c++20 -fsyntax-only ${SOURCE}
    RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE message)
if(EXPECT STREQUAL "compiles" AND NOT result EQUAL 0)
    message(FATAL_ERROR "${SOURCE} does not compile:\n${message}")
elseif(NOT EXPECT STREQUAL "compiles" AND result EQUAL 0)
    message(FATAL_ERROR "${SOURCE} compiles, but must not")
elseif(NOT EXPECT STREQUAL "compiles" AND message MATCHES "No such file|file not found")
    message(FATAL_ERROR "${SOURCE} fails for another reason:\n${message}")
endif()

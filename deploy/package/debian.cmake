# Debian packages: `cmake --workflow --preset debian` leaves rowbot_*.deb and librowbot-dev_*.deb.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_PACKAGE_VENDOR "The Rowbot authors")
set(CPACK_PACKAGE_CONTACT "The Rowbot authors <rowbot@rowbot.example>")
set(CPACK_COMPONENTS_ALL rowbot dev)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # the first line of each description instead
set(about "An upgrade is a C++ function from a row of a table to what is to be changed
in it. Rowbot applies upgrades in small batches in the background, while the
application already reads each row as if upgraded.")

set(CPACK_DEBIAN_ROWBOT_PACKAGE_NAME rowbot)
set(CPACK_DEBIAN_ROWBOT_PACKAGE_SECTION database)
set(CPACK_DEBIAN_ROWBOT_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_ROWBOT_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_SOURCE_DIR}/debian/postinst
    ${CMAKE_CURRENT_SOURCE_DIR}/debian/prerm ${CMAKE_CURRENT_SOURCE_DIR}/debian/postrm)
set(CPACK_DEBIAN_ROWBOT_DESCRIPTION "upgrades the rows of a live PostgreSQL database
${about}

This package has the program, which migrates schemas, and shows, pauses and
proves what an application's daemon does; and the systemd units of such a
daemon. The upgrades are the application's: its daemon is built with
librowbot-dev.")

# The static libraries go with the libpqxx of the series that they were built with, and no other.
string(REGEX MATCH "^([0-9]+)\\.([0-9]+)" series "${PQXX_VERSION}")
math(EXPR next_series "${CMAKE_MATCH_2} + 1")
set(pqxx "libpqxx-dev (>= ${series}), libpqxx-dev (<< ${CMAKE_MATCH_1}.${next_series})")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME librowbot-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS ${pqxx} "nlohmann-json3-dev (>= 3.11)" libboost-dev
    libboost-program-options-dev libspdlog-dev libssl-dev libpq-dev libsystemd-dev prometheus-cpp-dev)
list(JOIN CPACK_DEBIAN_DEV_PACKAGE_DEPENDS ", " CPACK_DEBIAN_DEV_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS rowbot)
set(CPACK_DEBIAN_DEV_DESCRIPTION "upgrades the rows of a live PostgreSQL database - development files
${about}

This package has headers, static libraries, a CMake package and pkg-config
files, for applications that read rows as if upgraded, for their daemons, and
for migrations.")

# --- what Debian wants to find in /usr/share/doc -----------------------------------------------
set(debian ${CMAKE_CURRENT_BINARY_DIR}/debian)
file(READ ${PROJECT_SOURCE_DIR}/LICENSE license)
string(REGEX MATCH "Copyright[^\n]*" ROWBOT_COPYRIGHT "${license}")
string(REGEX REPLACE "^.*Copyright[^\n]*\n+" "" license "${license}")
string(REGEX REPLACE "\n+$" "" license "${license}")
string(REGEX REPLACE "\n\n" "\n.\n" license "${license}")
string(REGEX REPLACE "\n" "\n " ROWBOT_LICENSE " ${license}")
string(REGEX REPLACE "Copyright \\(c\\) " "" ROWBOT_COPYRIGHT "${ROWBOT_COPYRIGHT}")
configure_file(debian/copyright.in ${debian}/copyright @ONLY)

# The time of the last commit: packages made twice of one commit are the same.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
    execute_process(COMMAND git log -1 --format=%ct WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        OUTPUT_VARIABLE ROWBOT_EPOCH OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT ROWBOT_EPOCH)
        string(TIMESTAMP ROWBOT_EPOCH "%s" UTC)
    endif()
    set(ENV{SOURCE_DATE_EPOCH} ${ROWBOT_EPOCH})
endif()
set(ROWBOT_EPOCH $ENV{SOURCE_DATE_EPOCH})
string(TIMESTAMP ROWBOT_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)

foreach(package rowbot librowbot-dev)
    set(component rowbot)
    if(package STREQUAL "librowbot-dev")
        set(component dev)
    endif()
    configure_file(debian/changelog.in ${debian}/${package}/changelog.Debian @ONLY)
    configure_file(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${debian}/${package}/changelog COPYONLY)
    execute_process(COMMAND gzip -9nf changelog.Debian changelog WORKING_DIRECTORY ${debian}/${package} COMMAND_ERROR_IS_FATAL ANY)
    install(FILES ${debian}/copyright ${debian}/${package}/changelog.Debian.gz ${debian}/${package}/changelog.gz
        DESTINATION share/doc/${package} COMPONENT ${component})
    install(FILES debian/${package}.lintian-overrides DESTINATION share/lintian/overrides RENAME ${package}
        COMPONENT ${component})
endforeach()
configure_file(debian/same_times.cmake.in ${debian}/same_times.cmake @ONLY)
set(CPACK_PRE_BUILD_SCRIPTS ${debian}/same_times.cmake)
include(CPack)

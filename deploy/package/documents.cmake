# What comes with the program and is made from what it says of itself: manual pages, completions, and a
# config file with every setting at its default.
set(documents ${CMAKE_CURRENT_BINARY_DIR}/documents)
set(made ${documents}/rowbot.bash ${documents}/_rowbot ${documents}/rowbot.fish ${documents}/rowbot.ini)
add_custom_command(OUTPUT ${made}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${documents}
    COMMAND rowbot completion bash > ${documents}/rowbot.bash
    COMMAND rowbot completion zsh > ${documents}/_rowbot
    COMMAND rowbot completion fish > ${documents}/rowbot.fish
    COMMAND rowbot config > ${documents}/rowbot.ini
    DEPENDS rowbot VERBATIM)

find_program(HELP2MAN help2man)
if(HELP2MAN)
    add_custom_command(OUTPUT ${documents}/man.made
        COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/man_pages $<TARGET_FILE:rowbot> ${documents}/man1
        COMMAND gzip -9nf ${documents}/man1/*.1
        COMMAND ${CMAKE_COMMAND} -E touch ${documents}/man.made
        DEPENDS rowbot man_pages)
    list(APPEND made ${documents}/man.made)
    install(DIRECTORY ${documents}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT rowbot)
elseif(ROWBOT_DEBIAN)
    message(FATAL_ERROR "the Debian packages have manual pages, which need help2man")
else()
    message(STATUS "without manual pages: help2man is not here")
endif()
add_custom_target(rowbot_documents ALL DEPENDS ${made})

set(zsh_completions zsh/site-functions)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND EXISTS /etc/debian_version)
    set(zsh_completions zsh/vendor-completions) # where Debian's zsh looks
endif()
install(FILES ${documents}/rowbot.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME rowbot
    COMPONENT rowbot)
install(FILES ${documents}/_rowbot DESTINATION ${CMAKE_INSTALL_DATADIR}/${zsh_completions} COMPONENT rowbot)
install(FILES ${documents}/rowbot.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT rowbot)
install(FILES ${documents}/rowbot.ini ${PROJECT_SOURCE_DIR}/deploy/prometheus/alerts.yml
    DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT rowbot)

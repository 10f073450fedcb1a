// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title FilecoinActors
/// @notice Paying Filecoin actors that are no contracts. An actor's id has an address form: 0xff, eleven zero bytes, eight
/// bytes of id. Accounts and multisigs take an ordinary CALL; others, miners for one, take only a bare send (method 0),
/// which the call_actor_id precompile makes.
library FilecoinActors {
    address internal constant CALL_ACTOR_ID = 0xfe00000000000000000000000000000000000005;
    uint160 private constant MASK = uint160(0xff) << 152;

    /// @notice Whether this is the address form of an actor's id.
    /// @param who The address.
    function isMaskedId(address who) internal pure returns (bool) {
        return uint160(who) & ~uint160(type(uint64).max) == MASK;
    }

    /// @notice Sends value to an actor by method 0. Whether it arrived shows in the own balance only: the precompile reports
    /// most failures in its answer, and where there is no such precompile the call does nothing. The actor gets at most half of the
    /// gas that is left.
    /// @param to The actor's address form.
    /// @param amount How much.
    /// @dev The precompile must be called by DELEGATECALL. It answers with nothing that is needed here, so nothing is copied.
    function send(address to, uint256 amount) internal {
        bytes memory input = abi.encode(
            uint64(0), // method: send
            amount,
            uint64(0), // flags: none
            uint64(0), // codec: no parameters
            new bytes(0),
            uint64(uint160(to))
        );
        assembly ("memory-safe") {
            pop(delegatecall(shr(1, gas()), CALL_ACTOR_ID, add(input, 0x20), mload(input), 0x00, 0x00))
        }
    }
}

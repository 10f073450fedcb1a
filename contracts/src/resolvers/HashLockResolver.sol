// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IResolver } from "../interfaces/IResolver.sol";
import { DeadlineId } from "./DeadlineId.sol";

/// @title HashLockResolver
/// @notice Locks that pay in full if the preimage of a hash is registered in time, and nothing otherwise.
/// @dev All hops of a path on one chain use one id: the preimage, registered once by anyone, decides every lock alike, so their
/// deadlines need no staggering. Across chains or networks, the lock that pays the forwarder ends later than the one that it
/// grants, by the time it takes to register a preimage seen elsewhere. The hash is SHA-256 of exactly 32 bytes, which Lightning and
/// Bitcoin's scripts can check as well; a fixed length keeps a preimage from being too long for one of two networks.
contract HashLockResolver is IResolver {
    /// @notice A preimage became known. Whoever forwards a payment learns it here.
    /// @param id What the locks ask about.
    /// @param preimage Its SHA-256 is the hash.
    event Registered(bytes32 indexed id, bytes32 preimage);

    /// @notice It is too late.
    /// @param id What the locks ask about.
    /// @param deadline The last timestamp that would have done.
    error DeadlinePassed(bytes32 id, uint40 deadline);

    /// @notice It was registered before.
    /// @param id What the locks ask about.
    error AlreadyRegistered(bytes32 id);

    mapping(bytes32 id => bool) private registered;

    /// @notice Registers a preimage. Anyone may, until the deadline (inclusive).
    /// @param preimage 32 bytes, of which the hash was made.
    /// @param deadline The lock's.
    /// @return id What the locks ask about.
    function register(bytes32 preimage, uint40 deadline) external returns (bytes32 id) {
        id = idOf(sha256(abi.encodePacked(preimage)), deadline);
        if (DeadlineId.isOver(id)) revert DeadlinePassed(id, deadline);
        if (registered[id]) revert AlreadyRegistered(id);
        registered[id] = true;
        emit Registered(id, preimage);
    }

    /// @notice The id under which locks ask about a hash.
    /// @param hash SHA-256 of a 32-byte preimage.
    /// @param deadline The last timestamp at which the preimage can be registered.
    /// @return The id, which carries the deadline.
    function idOf(bytes32 hash, uint40 deadline) public pure returns (bytes32) {
        return DeadlineId.make(deadline, keccak256(abi.encode(hash, deadline)));
    }

    /// @inheritdoc IResolver
    /// @dev Side 0 pays whatever the lock holds once the preimage is there; no other side ever pays.
    function payout(bytes32 id, uint8 side) external view returns (bool isFinal, uint128 amount) {
        if (registered[id]) return (true, side == 0 ? type(uint128).max : 0);
        return (DeadlineId.isOver(id), 0);
    }
}

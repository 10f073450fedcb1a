// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @notice Stands at the address of the call_actor_id precompile, and sends value by method 0 as it does: called by
/// DELEGATECALL, so that the value is the caller's. Which ids exist is told by a flag contract per id.
contract CallActorId {
    fallback() external {
        (uint64 method, uint256 value, uint64 flags, uint64 codec, bytes memory params, uint64 id) =
            abi.decode(msg.data, (uint64, uint256, uint64, uint64, bytes, uint64));
        require(method == 0 && flags == 0 && codec == 0 && params.length == 0, "not a bare send");
        bool exists = ActorRegistry(0xfe000000000000000000000000000000000000ff).exists(id);
        if (exists) new Send{ value: value }(id);
        // the exit code goes into the answer; the call itself succeeds
        bytes memory answer = abi.encode(exists ? int256(0) : int256(-2), uint64(0), new bytes(0));
        assembly {
            return(add(answer, 0x20), mload(answer))
        }
    }
}

/// @notice Moves value to an actor's masked address without calling it.
contract Send {
    constructor(uint64 id) payable {
        selfdestruct(payable(address(uint160(0xff) << 152 | uint160(id))));
    }
}

/// @notice Which actor ids exist.
contract ActorRegistry {
    mapping(uint64 => bool) public exists;

    function create(uint64 id) external {
        exists[id] = true;
    }
}

/// @notice An actor that takes no InvokeContract: a miner, say.
contract NoInvoke {
    fallback() external payable {
        revert("unhandled method");
    }
}
